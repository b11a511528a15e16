using Swarm.Testing.Tests.Simulated;
using Xunit.Abstractions;

namespace Swarm.Testing.Tests.Defects;

/// <summary>Mistakes in the orchestration are found by the histories that are played for every change of it.</summary>
public sealed class DefectTests(ITestOutputHelper output)
{
    private const int MostHistories = 60;

    public static TheoryData<string> Names => [.. KnownDefects.All.Select(defect => defect.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_defect_of_the_orchestration_is_found(string name)
    {
        var defect = KnownDefects.All.Single(item => item.Name == name);
        var found = DefectiveSwarm.FindFailure(defect, defect.Kind, MostHistories);
        Assert.True(found is not null, $"“{name}” was not found in {MostHistories} histories");
        output.WriteLine(found);
    }

    [Theory]
    [InlineData(HistoryKind.Disturbed)]
    [InlineData(HistoryKind.UpdatesOnly)]
    public void The_library_without_a_defect_breaks_no_law(HistoryKind kind) =>
        Assert.Null(DefectiveSwarm.FindFailure(defect: null, kind, 5));
}
