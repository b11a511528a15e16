using System.Text;

namespace Swarm.Compose.Tests.Hostile;

/// <summary>Files that were made to do harm are refused, at a place, and cost little.</summary>
public sealed class HostileFileTests
{
    // What is allocated in all; much of it is free again when the file is refused.
    private const long MostAllocated = 400L << 20;

    public static TheoryData<string, string> Files => new()
    {
        { "10,001 nested lists", "x-a: " + new string('[', 10_001) },
        { "1,000,000 nested lists", "x-a: " + new string('[', 1_000_000) },
        { "10,001 nested block lists", "x-a:\n  " + string.Concat(Enumerable.Repeat("- ", 10_001)) + "x" },
        { "alias bomb", Bomb(10, 10) },
        { "wide alias bomb", Bomb(3, 400) },
        { "bomb of merge keys", MergeBomb(12) },
        { "a list in itself", "x-a: &a [*a]" },
        { "a mapping in itself", "x-a: &a {b: *a}" },
        { "merge of itself", "x-a: &a\n  b: 1\n  <<: *a" },
        { "cycle of two", "x-a: &a {b: &b {c: *a, d: *b}}" },
        { "a million nodes", "x-a: [" + string.Concat(Enumerable.Repeat("1,", 1_000_001)) + "]" },
        { "ports without end", "services: {a: {image: i, ports: [" + string.Join(',', Enumerable.Range(1, 20)
            .Select(port => $"\"0-65535:{port}\"")) + "]}}" },
        { "key of 2,000 characters", new string('k', 2_000) + ": 1" },
        { "unfinished quote", "services: \"" + new string('x', 100_000) },
        { "duplicate keys", string.Concat(Enumerable.Repeat("a: 1\n", 50_000)) },
        { "control characters", "services: \u0001" },
        { "tab as indentation", "services:\n\tweb: {image: i}\n" },
        { "key that is a list", "? [a, b]\n: c\n" },
    };

    // R-68
    [Theory]
    [MemberData(nameof(Files))]
    public void A_hostile_file_is_refused_at_a_place_and_costs_little(string name, string text)
    {
        Assert.NotEmpty(name);
        _ = Assert.Throws<StackFileException>(() => StackFile.Parse("warm", "services: 1"));
        var memory = GC.GetAllocatedBytesForCurrentThread();

        var exception = Assert.Throws<StackFileException>(() => StackFile.Parse("s", text));

        Assert.NotEmpty(exception.Message);
        Assert.All(exception.Diagnostics, diagnostic => Assert.True(diagnostic.Line > 0, diagnostic.ToString()));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - memory < MostAllocated);
    }

    // R-68
    [Fact]
    public async Task A_file_of_100_megabytes_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("stack-hostile-");
        try
        {
            var path = Path.Combine(folder.FullName, "large.yml");
            await using (var file = File.Create(path))
            {
                file.SetLength(100 << 20);
            }

            var exception = await Assert.ThrowsAsync<StackFileException>(() => StackFile.LoadAsync("s", [path]));
            Assert.Contains("larger than the limit", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_text_of_100_megabytes_is_refused() =>
        Assert.Throws<StackFileException>(() => StackFile.Parse("s", new string(' ', 100 << 20)));

    [Fact]
    public void Deep_extensions_are_printed_without_recursion()
    {
        const int Depth = 9_000;
        var text = $"x-a: {new string('[', Depth)}{new string(']', Depth)}\nservices: {{}}\n";
        var printed = StackFile.Parse("s", text).ToYaml();
        Assert.Equal(Depth - 1, printed.Count(character => character == '-') - "x-a".Count(character => character == '-'));
    }

    // R-69
    [Theory]
    [InlineData("secrets: {s: {file: ../../etc/passwd}}")]
    [InlineData("secrets: {s: {file: /etc/passwd}}")]
    [InlineData("secrets: {s: {file: link}}")]
    [InlineData("services: {a: {image: i, env_file: /etc/passwd}}")]
    public void Files_outside_of_the_directory_are_refused_when_that_is_asked_for(string text)
    {
        var folder = Directory.CreateTempSubdirectory("stack-confined-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "link"), "/etc/passwd");
            var options = new StackLoadOptions { ConfineFiles = true, WorkingDirectory = folder.FullName };
            var exception = Assert.Throws<StackFileException>(() =>
                Swarm.Compose.Deployment.StackPlan.Of(StackFile.Parse("s", text, options)));
            Assert.Contains("outside of", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Bomb(int width, int depth)
    {
        var text = new StringBuilder("x-0: &a0 [" + string.Join(',', Enumerable.Repeat("x", width)) + "]\n");
        for (var level = 1; level <= depth; level++)
        {
            text.Append($"x-{level}: &a{level} [{string.Join(',', Enumerable.Repeat($"*a{level - 1}", width))}]\n");
        }

        return text.ToString();
    }

    private static string MergeBomb(int depth)
    {
        var text = new StringBuilder("x-0: &a0 {k: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n");
        for (var level = 1; level <= depth; level++)
        {
            var members = Enumerable.Range(0, 8).Select(index => $"m{level}x{index}: {{<<: *a{level - 1}}}");
            text.Append($"x-{level}: &a{level} {{{string.Join(", ", members)}}}\n");
        }

        return text.ToString();
    }
}
