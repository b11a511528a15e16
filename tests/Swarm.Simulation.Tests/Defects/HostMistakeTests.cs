using Xunit.Abstractions;

namespace Swarm.Simulation.Tests;

/// <summary>Mistakes that the program around a core can make are found.</summary>
public sealed class HostMistakeTests(ITestOutputHelper output)
{
    private const int MostHistories = 3000;

    public static TheoryData<string> Mistakes =>
        [.. Enum.GetNames<HostMistake>().Where(name => name != nameof(HostMistake.None))];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_of_the_host_is_found(string name)
    {
        var mistake = Enum.Parse<HostMistake>(name);
        var profile = mistake == HostMistake.LeaseDespitePauses ? Profile.Lease : Profile.Core;
        var found = Histories.FindFailure(profile, mistake, first: 1, MostHistories);
        Assert.True(found is not null, $"{mistake} was not found in {MostHistories} histories");
        output.WriteLine($"{mistake}: history {found.Value.Seed}: {found.Value.Law}");
    }
}
