using Swarm.Net.Tests.Conformance;
using Xunit.Abstractions;

namespace Swarm.Net.Tests.Guest;

/// <summary>
/// The conformance suite of IPVS in a guest whose kernel has IPVS. One guest runs all cases; each is a test here.
/// </summary>
[Collection(nameof(GuestCollection))]
public sealed class IpvsGuestTests(GuestRun run, ITestOutputHelper output)
{
    public static TheoryData<string> Cases =>
        [.. Program.CasesOf(typeof(IpvsConformance)).Select(method => method.Name)];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_guest_passes(string name)
    {
        Skip.If(run.Obstacle is not null, run.Obstacle);
        output.WriteLine(string.Join('\n', run.Lines));
        Assert.Equal($"case {name}: passed", run.OutcomeOf(name));
    }
}
