using System.Text.Json.Nodes;

namespace Swarm.Compose.Tests.Conformance;

/// <summary>A case of the corpus: files, commands, and what the docker command makes of them.</summary>
internal sealed record CorpusCase(string Id, JsonNode Content)
{
    private static string Root => Path.Combine(AppContext.BaseDirectory, "Corpus");

    public static IEnumerable<string> Ids => Directory
        .EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path)[..^".json".Length].Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    public IEnumerable<JsonNode> Steps => Content["steps"]!.AsArray().Select(step => step!);

    /// <summary>Every outcome that is right; the docker command itself varies in some cases.</summary>
    public IEnumerable<JsonArray> Wanted => Content["want"]!.AsArray().Select(outcome => outcome!.AsArray());

    public static CorpusCase Load(string id) =>
        new(id, JsonNode.Parse(File.ReadAllText(Path.Combine(Root, id + ".json")))!);
}
