using System.Diagnostics;

namespace ThreeNodes;

/// <summary>One of the managers, seen from outside: a process that answers a line with a line.</summary>
internal sealed class NodeProcess(string address, Process process)
{
    public string Address => address;

    /// <summary>Starts this program once more, as a node.</summary>
    public static NodeProcess Start(string address, string state, params string[] join)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        string[] program = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            ? [typeof(NodeProcess).Assembly.Location]
            : [];
        foreach (var argument in (string[])[.. program, "node", address, Path.Combine(state, address), .. join])
        {
            start.ArgumentList.Add(argument);
        }

        return new NodeProcess(address, Process.Start(start)!);
    }

    /// <summary>Waits for the answer to a question; null when the node has ended.</summary>
    public async Task<string?> AskAsync(string question)
    {
        await process.StandardInput.WriteLineAsync(question);
        await process.StandardInput.FlushAsync();
        return await process.StandardOutput.ReadLineAsync();
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill() => process.Kill();
}
