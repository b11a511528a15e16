using Swarm.Net.Tests.Conformance;
using Xunit.Abstractions;

namespace Swarm.Net.Tests.Guest;

/// <summary>
/// The conformance suite of IPVS in a guest whose kernel has IPVS. One guest runs all cases; each is a test here.
/// </summary>
public sealed class IpvsGuestTests(IpvsGuestTests.Run run, ITestOutputHelper output) : IClassFixture<IpvsGuestTests.Run>
{
    public static TheoryData<string> Cases =>
        [.. Program.CasesOf(typeof(IpvsConformance)).Select(method => method.Name)];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_guest_passes(string name)
    {
        Skip.If(run.Obstacle is not null, run.Obstacle);
        var line = run.Lines.FirstOrDefault(line => line.StartsWith($"case {name}: ", StringComparison.Ordinal));
        output.WriteLine(string.Join('\n', run.Lines));
        Assert.Equal($"case {name}: passed", line);
    }

    /// <summary>The run of the guest.</summary>
    public sealed class Run : IAsyncLifetime
    {
        /// <summary>Why there was none; null when there was one.</summary>
        public string? Obstacle { get; private set; }

        /// <summary>What the guest told.</summary>
        public IReadOnlyList<string> Lines { get; private set; } = [];

        public async Task InitializeAsync()
        {
            Obstacle = GuestMachine.FindObstacle(out var kernel);
            if (Obstacle is null)
            {
                Lines = await GuestMachine.RunAsync(kernel!, Path.GetTempPath());
            }
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
