using System.Text.Json.Nodes;

namespace Swarm.Hosting.Tests.DockerApi;

/// <summary>Documents as a Docker Engine 20.10 (API 1.41) sent them, one of each shape.</summary>
internal static class RecordedDocuments
{
    public static IReadOnlyList<JsonNode> Read(string name) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), name + ".json")))!.AsArray().Select(n => n!)];

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "Swarm.Hosting.Tests", "DockerApi", "Recorded");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("tests/Swarm.Hosting.Tests/DockerApi/Recorded");
    }
}
