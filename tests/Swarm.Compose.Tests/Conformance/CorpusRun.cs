using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Swarm.Tool.Stacks;

namespace Swarm.Compose.Tests.Conformance;

/// <summary>Runs the commands of a case in a directory of their own.</summary>
internal sealed partial class CorpusRun : IDisposable
{
    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("stack-case-");
    private readonly CorpusCase _case;
    private readonly FakeManager? _manager;

    public CorpusRun(CorpusCase corpusCase)
    {
        _case = corpusCase;
        _manager = corpusCase.Content["daemon"] is { } state ? new FakeManager(state) : null;
        Directory.CreateDirectory(Work);
        Write(corpusCase.Content["files"]);
    }

    private string Work => Path.Combine(_base.FullName, "w");

    public async Task<List<StepResult>> RunAsync()
    {
        var results = new List<StepResult>();
        foreach (var step in _case.Steps)
        {
            Write(step["files"]);
            if (step["daemon"] is { } change)
            {
                _manager!.Change(change);
            }

            results.Add(await RunAsync(step));
        }

        return results;
    }

    public void Dispose()
    {
        _manager?.Dispose();
        _base.Delete(recursive: true);
    }

    private async Task<StepResult> RunAsync(JsonNode step)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var shell = new StackShell
        {
            Output = output,
            Error = error,
            OpenInput = () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes((string?)step["stdin"] ?? "")),
            Environment = EnvironmentOf(step),
            WorkingDirectory = Work,
            OpenClient = () => new DockerClient("tcp://127.0.0.1:1", _manager ?? throw new InvalidOperationException("no manager")),
        };
        var arguments = step["args"]!.AsArray().Select(argument => (string)argument!).ToArray();
        var exit = await StackProgram.RunAsync(arguments, shell, CancellationToken.None);
        return new(
            exit,
            Portable(output.ToString()),
            WithoutLogPrefix(Portable(error.ToString())),
            JsonNode.Parse(Portable(_manager?.Take().ToJsonString() ?? "[]"))!.AsArray());
    }

    private Dictionary<string, string> EnvironmentOf(JsonNode step)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        if ((string?)_case.Content["home"] is { } home)
        {
            environment["HOME"] = home;
        }

        foreach (var (name, value) in new[] { _case.Content["env"], step["env"] }.SelectMany(set => set?.AsObject() ?? []))
        {
            environment[name] = (string)value!;
        }

        return environment;
    }

    private void Write(JsonNode? files)
    {
        foreach (var (name, content) in files?.AsObject() ?? [])
        {
            var path = Path.Combine(Work, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (content is JsonObject encoded)
            {
                File.WriteAllBytes(path, Convert.FromBase64String((string)encoded["base64"]!));
            }
            else
            {
                File.WriteAllText(path, (string)content!);
            }
        }
    }

    private string Portable(string text) => text
        .Replace(Work, "/__DIR__", StringComparison.Ordinal)
        .Replace(_base.FullName, "/__UP__", StringComparison.Ordinal);

    private static string WithoutLogPrefix(string text) => string.Join('\n', text.Split('\n').Select(line =>
        LogLine().Match(line) is { Success: true } match
            ? $"WARNING {JsonSerializer.Deserialize<string>(match.Groups["message"].Value)}"
            : line.TrimEnd())).Trim('\n');

    [GeneratedRegex("^time=\"[^\"]*\" level=warning msg=(?<message>\".*\")$")]
    private static partial Regex LogLine();
}

/// <summary>What a command did.</summary>
internal sealed record StepResult(int Exit, string Output, string Error, JsonArray Requests);
