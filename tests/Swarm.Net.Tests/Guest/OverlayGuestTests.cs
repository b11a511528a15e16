using Swarm.Net.Tests.Overlay;
using Xunit.Abstractions;

namespace Swarm.Net.Tests.Guest;

/// <summary>Encrypted networks in a guest whose kernel can encrypt.</summary>
[Collection(nameof(GuestCollection))]
public sealed class OverlayGuestTests(GuestRun run, ITestOutputHelper output)
{
    public static TheoryData<string> Cases =>
        [.. Program.CasesOf(typeof(EncryptionConformance)).Select(method => method.Name)];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_guest_passes(string name)
    {
        Skip.If(run.Obstacle is not null, run.Obstacle);
        output.WriteLine(string.Join('\n', run.Lines));
        var outcome = run.OutcomeOf(name);
        Skip.If(
            outcome == $"case {name}: skipped" && name.StartsWith("Without_encryption", StringComparison.Ordinal),
            "it is for kernels that cannot encrypt");
        Assert.Equal($"case {name}: passed", outcome);
    }
}
