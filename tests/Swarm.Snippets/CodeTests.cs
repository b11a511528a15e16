namespace Swarm.Snippets;

/// <summary>What pages show in C# compiles.</summary>
public sealed class CodeTests
{
    public static TheoryData<string> Blocks =>
        [.. Fence.All.Where(fence => fence.Language is "csharp" or "cs" or "c#").Select(fence => fence.Place)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_compiles(string place) =>
        Assert.Empty(SnippetCompiler.Compile(Fence.All.Single(fence => fence.Place == place)));

    [Fact]
    public void A_block_that_does_not_compile_is_named_with_its_line()
    {
        var faults = SnippetCompiler.Compile(new Fence("page.md", 7, "csharp", "var a = 1;", "using System.Text;\n\nreturn b;"));
        Assert.StartsWith("page.md(9): CS0103: ", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_sees_nothing_that_is_internal()
    {
        var faults = SnippetCompiler.Compile(
            new Fence("page.md", 1, "csharp", "", "_ = typeof(Swarm.Storage.ClusterStore);"));
        Assert.Contains(faults, fault => fault.Contains("CS0122", StringComparison.Ordinal));
    }
}
