namespace Swarm.Docker.Execution;

/// <summary>
/// The nodes that this executor has been, one id a line: by them it knows its own containers among those of an engine,
/// also when it is in another swarm than before.
/// </summary>
internal sealed class NodeRecord(string directory)
{
    private const string FileName = "docker-nodes";

    private readonly Lock _gate = new();

    private string FilePath => Path.Combine(directory, FileName);

    /// <summary>All of them.</summary>
    internal IReadOnlyList<string> Read()
    {
        lock (_gate)
        {
            return File.Exists(FilePath)
                ? [.. File.ReadAllLines(FilePath).Where(line => line.Length > 0).Distinct(StringComparer.Ordinal)]
                : [];
        }
    }

    internal void Add(NodeId node)
    {
        lock (_gate)
        {
            if (!Read().Contains(node.Value, StringComparer.Ordinal))
            {
                Directory.CreateDirectory(directory);
                File.AppendAllText(FilePath, $"{node.Value}\n");
            }
        }
    }
}
