using System.Text;
using Swarm.Compose.Interpolation;
using Swarm.Compose.Syntax;
using Swarm.Compose.Tests.Conformance;
using Swarm.Compose.Values;
using Xunit.Abstractions;

namespace Swarm.Compose.Tests.Fuzz;

/// <summary>
/// Random input from a seed. Whatever comes in, the outcome is a result or a typed error. <c>SWARM_FUZZ_SECONDS</c> and
/// <c>SWARM_FUZZ_SEED</c> make a run longer or repeat one.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Tokens =
    [
        ": ", "\n", "\n  ", "- ", "? ", "{", "}", "[", "]", ",", "&a ", "*a", "<<: ", "!!int ", "!x ", "|\n ", ">-\n ",
        "\"", "'", "#", "---\n", "...\n", "%YAML 1.1\n", "${A:-", "${", "$", "$$", "}", "services", "image", "ports",
        "deploy", "volumes", "80:80", "null", "true", "0x1F", "017", "1e400", ".inf", "2024-01-02", "\t", "\u0085", "😀",
        "é", "\0", "\u2028", "-", "~", "=", "@", "`", "x-a", "version", "\"3.8\"",
    ];

    private static readonly Dictionary<string, string> Environment = new() { ["A"] = "a", ["B"] = "" };

    public static TheoryData<string> Targets => ["files", "mutations", "interpolation", "durations", "sizes", "ports", "words"];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_input_gives_a_result_or_a_typed_error(string target)
    {
        var seed = ReadSetting("SWARM_FUZZ_SEED", 20_260_101);
        var limit = TimeSpan.FromSeconds(ReadSetting("SWARM_FUZZ_SECONDS", 7));
        var corpus = target == "mutations" ? CorpusTexts() : [];
        var started = TimeProvider.System.GetTimestamp();
        var round = 0;
        for (; TimeProvider.System.GetElapsedTime(started) < limit; round++)
        {
            var random = new Random(unchecked((seed * 31) + round));
            var input = target == "mutations" ? Mutate(corpus[random.Next(corpus.Count)], random) : Compose(random, target);
            try
            {
                Feed(target, input);
            }
            catch (Exception exception) when (exception is StackFileException or FormatException or TemplateFormatException)
            {
                // A refusal is as good as a result.
            }
            catch (Exception exception)
            {
                Assert.Fail($"{target}: SWARM_FUZZ_SEED={seed} round {round}: {exception}\ninput: {GoText.Quote(input)}");
            }
        }

        output.WriteLine($"{target}: {round} inputs from seed {seed}");
        Assert.True(round > 0);
    }

    private static int ReadSetting(string name, int otherwise) =>
        int.TryParse(System.Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;

    private static void Feed(string target, string input)
    {
        switch (target)
        {
            case "interpolation":
                _ = VariableTemplate.Substitute(input, name => Environment.GetValueOrDefault(name));
                _ = NestedTemplate.Substitute(input, name => Environment.GetValueOrDefault(name));
                break;
            case "durations":
                Assert.Equal(GoDuration.Parse(input), GoDuration.Parse(GoDuration.Format(GoDuration.Parse(input))));
                break;
            case "sizes":
                Assert.True(SizeSyntax.Parse(input) >= 0);
                _ = CpuSyntax.ParseNanoCpus(input);
                break;
            case "ports":
                _ = PortSyntax.TryParse(input, out var mappings);
                Assert.All(mappings.Take(10), mapping => Assert.InRange(mapping.Target, 0, 65_535));
                _ = MountSyntax.Parse(input);
                break;
            case "words":
                Assert.All(ShellWords.Split(input), Assert.NotNull);
                break;
            default:
                Load(input, printsTheSame: target == "files");
                break;
        }
    }

    // What is printed must be readable. That it also prints the same again is asked of short inputs only: the docker
    // command, and ours like it, loses a break of a text that begins with one (it writes the indentation of such a text),
    // adds a separator to a host that has several, and writes minus zero as the integer it then reads as zero.
    private static void Load(string input, bool printsTheSame)
    {
        foreach (var mode in new[] { StackMode.Strict, StackMode.Lenient })
        {
            var options = new StackLoadOptions { Environment = Environment, Mode = mode, WorkingDirectory = "/nowhere" };
            var printed = StackFile.Parse("s", input, options).ToYaml();
            var again = StackFile.Parse("s", printed, new StackLoadOptions { WorkingDirectory = "/nowhere", SkipInterpolation = true });
            if (printsTheSame && !printed.Contains(": |2", StringComparison.Ordinal))
            {
                Assert.Equal(printed, again.ToYaml());
            }
        }
    }

    private static List<string> CorpusTexts() => [.. CorpusCase.Ids
        .SelectMany(id => CorpusCase.Load(id).Content["files"]!.AsObject())
        .Where(file => file.Key.EndsWith(".yml", StringComparison.Ordinal) && file.Value is System.Text.Json.Nodes.JsonValue)
        .Select(file => (string)file.Value!)
        .Where(text => text.Length < 4_000)];

    private static string Compose(Random random, string target)
    {
        var text = new StringBuilder();
        var alphabet = target switch
        {
            "durations" => "0123456789.-+hmsunµ ",
            "sizes" => "0123456789.-+eEkmgtpib/ _x",
            "ports" => "0123456789:-/.[]abctudp,row~\\",
            "words" => "ab '\"\\#\n\t$",
            "interpolation" => "AB_1${}:-?+ \n",
            _ => "",
        };
        for (var length = random.Next(1, target == "files" ? 40 : 24); length > 0; length--)
        {
            _ = alphabet.Length > 0
                ? text.Append(alphabet[random.Next(alphabet.Length)])
                : text.Append(Tokens[random.Next(Tokens.Length)]);
        }

        return text.ToString();
    }

    private static string Mutate(string text, Random random)
    {
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            var at = random.Next(text.Length + 1);
            var end = Math.Min(text.Length, at + random.Next(4));
            text = text[..at] + Tokens[random.Next(Tokens.Length)] + text[end..];
        }

        return text;
    }
}
