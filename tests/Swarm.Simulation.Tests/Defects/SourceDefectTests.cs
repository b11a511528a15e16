using Xunit.Abstractions;

namespace Swarm.Simulation.Tests;

/// <summary>Mistakes in the core itself are found.</summary>
public sealed class SourceDefectTests(ITestOutputHelper output)
{
    private const int MostHistories = 4000;

    public static TheoryData<string> Names => [.. SourceDefects.All.Select(defect => defect.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_defect_of_the_core_is_found(string name)
    {
        var defect = SourceDefects.All.Single(item => item.Name == name);
        var found = DefectiveCore.FindFailure(defect, MostHistories);
        Assert.True(found is not null, $"“{name}” was not found in {MostHistories} histories");
        output.WriteLine($"{name}: history {found.Value.Seed}: {found.Value.Law}");
    }

    [Fact]
    public void The_sources_without_a_defect_break_no_law() =>
        Assert.Null(DefectiveCore.FindFailure(new SourceDefect("none", "", "", ""), 300));
}
