namespace Swarm.Tool.Tests;

public sealed class SimTests
{
    [Fact]
    public async Task A_seed_tells_its_history_and_how_it_ended_and_the_same_one_again()
    {
        var first = await ToolUnderTest.RunAloneAsync("sim", "--seed", "7", "--steps", "10");
        var again = await ToolUnderTest.RunAloneAsync("sim", "--seed", "7", "--steps", "10");
        var other = await ToolUnderTest.RunAloneAsync("sim", "--seed", "8", "--steps", "10");

        Assert.Equal(0, first.Code);
        Assert.Contains("3 managers and 2 workers are ready", first.Output);
        Assert.Contains("a user creates s1", first.Output);
        Assert.EndsWith("as it should be: every service runs, and no law was broken on the way\n", first.Output);
        Assert.Equal(first, again);
        Assert.NotEqual(first.Output, other.Output);
    }

    [Fact]
    public async Task As_json_every_event_is_a_document_and_the_last_one_is_the_verdict()
    {
        var result = await ToolUnderTest.RunAloneAsync("sim", "--steps", "3", "--managers", "1", "--workers", "1", "--json");

        var last = new ToolResult(0, result.Output.TrimEnd('\n').Split('\n')[^1], "").Json;
        Assert.Equal("verdict", last.GetProperty("Kind").GetString());
    }

    [Theory]
    [InlineData("--managers", "0")]
    [InlineData("--workers", "51")]
    [InlineData("--steps", "many")]
    public async Task Numbers_out_of_range_are_refused(string option, string value) =>
        Assert.Equal(2, (await ToolUnderTest.RunAloneAsync("sim", option, value)).Code);
}
