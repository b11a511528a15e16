using System.Text.Json.Nodes;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Tables that come with the tests.</summary>
internal static class TestData
{
    public static JsonArray Load(string name, string member)
    {
        using var stream = typeof(TestData).Assembly.GetManifestResourceStream(name)!;
        return JsonNode.Parse(stream)!.AsObject()[member]!.AsArray();
    }
}
