using Swarm.Certificates.Nodes;

namespace Swarm.Core.Tests.Certificates;

/// <summary>A directory in memory that can lose its power between two steps.</summary>
internal sealed class MemoryDisk : IIdentityDisk
{
    public Dictionary<string, (string Text, bool IsSecret)> Files { get; } = [];

    /// <summary>Steps until the power fails; negative for never.</summary>
    public int StepsLeft { get; set; } = -1;

    public string? Read(string name) => Files.TryGetValue(name, out var file) ? file.Text : null;

    public void Write(string name, string text, bool isSecret)
    {
        Step();
        Files[name] = (text, isSecret);
    }

    public void Rename(string from, string to)
    {
        Step();
        Files[to] = Files[from];
        Files.Remove(from);
    }

    public void Delete(string name)
    {
        Step();
        Files.Remove(name);
    }

    private void Step()
    {
        if (StepsLeft == 0)
        {
            throw new IOException("the power has failed");
        }

        StepsLeft--;
    }
}
