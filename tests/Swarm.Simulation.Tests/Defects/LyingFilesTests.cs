using Xunit.Abstractions;

namespace Swarm.Simulation.Tests;

/// <summary>A log over a file system that lies is found out: it refuses, or what it acknowledged is missed.</summary>
public sealed class LyingFilesTests(ITestOutputHelper output)
{
    private const int MostHistories = 300;

    public static TheoryData<string> Lies => [.. Enum.GetNames<Lie>()];

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_of_the_file_system_is_found(string name)
    {
        var lie = Enum.Parse<Lie>(name);
        for (var seed = 1UL; seed <= MostHistories; seed++)
        {
            try
            {
                Disks.PlayFiles(seed, disk => new LyingFiles(disk, lie));
            }
            catch (SimulationFailure failure)
            {
                output.WriteLine($"{lie}: history {seed}: {failure.Message}");
                return;
            }
        }

        Assert.Fail($"{lie} was not found in {MostHistories} histories");
    }
}
