using Xunit.Abstractions;

namespace Swarm.Compose.Tests.Conformance;

/// <summary>Our stack commands do what those of the docker command do, case by case.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    // Messages of the YAML parser itself are not copied; every other wording is.
    private const int LeastWording = 495;

    public static TheoryData<string> Groups =>
        [.. CorpusCase.Ids.Select(id => id.Split('/')[0]).Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Stack_files_mean_what_they_mean_to_docker(string group)
    {
        var failures = new List<string>();
        foreach (var id in CorpusCase.Ids.Where(id => id.StartsWith(group + "/", StringComparison.Ordinal)))
        {
            var (differences, _) = await RunAsync(id);
            failures.AddRange(differences.Select(difference => $"{id}: {difference}"));
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    [Fact]
    public async Task Messages_are_those_of_docker()
    {
        var same = 0;
        foreach (var id in CorpusCase.Ids)
        {
            var (_, hasSameWording) = await RunAsync(id);
            same += hasSameWording ? 1 : 0;
            if (!hasSameWording)
            {
                output.WriteLine($"other wording: {id}");
            }
        }

        Assert.InRange(same, LeastWording, CorpusCase.Ids.Count());
    }

    // The differences from the nearest accepted outcome.
    private static async Task<(List<string> Differences, bool HasSameWording)> RunAsync(string id)
    {
        var corpusCase = CorpusCase.Load(id);
        using var run = new CorpusRun(corpusCase);
        var results = await run.RunAsync();
        return corpusCase.Wanted
            .Select(wanted => (
                Differences: corpusCase.Steps
                    .Select((step, index) => Comparison.Differences(step, wanted[index]!, results[index]))
                    .SelectMany(differences => differences)
                    .ToList(),
                HasSameWording: results.Select((result, index) => Comparison.HasSameWording(wanted[index]!, result)).All(same => same)))
            .OrderBy(outcome => outcome.Differences.Count)
            .ThenByDescending(outcome => outcome.HasSameWording)
            .First();
    }
}
