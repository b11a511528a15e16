using System.Text;
using Swarm.Templating;
using Xunit.Abstractions;

namespace Swarm.Core.Tests.Templating;

/// <summary>
/// Random templates from a seed: whatever comes in, it is filled in or refused. <c>SWARM_FUZZ_SECONDS</c> and
/// <c>SWARM_FUZZ_SEED</c> make a run longer or repeat one.
/// </summary>
public sealed class TemplateFuzzTests(ITestOutputHelper output)
{
    private const string Alphabet = "{{}}()|.-\"`'\\ \n\tTaskSlotindex0 9/*é";

    private static readonly string[] Tokens =
    [
        "{{", "}}", "{{-", "-}}", "(", ")", "|", ".", ".Task.Slot", ".Service.Labels", ".Node.Hostname", "index ", "join ",
        "print ", "printf ", "secret ", "config ", "env ", "if ", "else", "end", "range ", "with ", "define ", "$x := ", "$x",
        "\"a\"", "`b`", "'c'", "1e9", "0x_1", "-1", "nil", "true", "/* */", " ", "\n", "é", "\0", "%d", ",", "\\u00",
    ];

    private static readonly TemplateContext Context = TemplateContext.Dummy;

    [Theory]
    [InlineData("text")]
    [InlineData("tokens")]
    [InlineData("payload")]
    public void Random_templates_are_filled_in_or_refused(string target)
    {
        var seed = ReadSetting("SWARM_FUZZ_SEED", 20_240_501);
        var limit = TimeSpan.FromSeconds(ReadSetting("SWARM_FUZZ_SECONDS", 3));
        var started = TimeProvider.System.GetTimestamp();
        var round = 0;
        for (; TimeProvider.System.GetElapsedTime(started) < limit; round++)
        {
            var random = new Random(unchecked((seed * 31) + round));
            var input = target == "text"
                ? $"{{{{{new string(random.GetItems<char>(Alphabet, random.Next(24)))}}}}}"
                : string.Concat(random.GetItems(Tokens, random.Next(1, 24)));
            try
            {
                Feed(target, input);
            }
            catch (Exception exception) when (exception is SwarmException or TemplateException)
            {
                // A refusal is as good as a result.
            }
            catch (Exception exception)
            {
                Assert.Fail($"{target}: SWARM_FUZZ_SEED={seed} round {round}: {exception}\ninput: {input}");
            }
        }

        output.WriteLine($"{target}: {round} inputs from seed {seed}");
        Assert.True(round > 0);
    }

    private static void Feed(string target, string input)
    {
        if (target != "payload")
        {
            Assert.NotNull(TemplateExpander.Expand(input, Context));
            return;
        }

        var functions = new PayloadFunctions(_ => "secret"u8.ToArray(), _ => "config"u8.ToArray(), name => name);
        Assert.NotNull(PayloadTemplate.Expand(Encoding.UTF8.GetBytes(input), new Driver("golang"), Context, functions));
    }

    private static int ReadSetting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;
}
