using Swarm.Net.Kernel;

namespace Swarm.Net.Ipvs;

/// <summary>Keeps the table of marks in the kernel, by the program <c>nft</c>.</summary>
internal sealed class MarkWriter(IpvsOptions options)
{
    private readonly MarkRules _rules = new(options);
    private MarkTable? _written;

    /// <summary>How often the kernel was written to.</summary>
    public long Writes { get; private set; }

    /// <summary>What an earlier process left; nothing where there is no table.</summary>
    public async Task<(Dictionary<Frontend, uint> Servers, HashSet<uint> Marks)> ReadAsync()
    {
        string[] arguments = ["-j", "list", "table", "inet", options.Table];
        var listed = await KernelCommand.RunAsync(options.Nft, arguments, input: "", CancellationToken.None);
        return listed.ExitCode == 0 ? MarkLedger.Parse(listed.Output) : ([], []);
    }

    /// <summary>Makes the table so.</summary>
    /// <returns>Why it was refused, or null; and the front ends that packets were not marked for before.</returns>
    public async Task<(string? Refusal, Frontend[] Added)> WriteAsync(MarkTable marks)
    {
        var before = _written;
        var text = before is null ? _rules.Make(marks) : _rules.Change(before, marks);
        var refusal = text.Length == 0 ? null : await RunAsync(text);
        if (refusal is not null && before is not null)
        {
            // Somebody else has been at the table.
            refusal = await RunAsync(_rules.Make(marks));
        }

        _written = refusal is null ? marks : null;
        var added = refusal is null ? marks.Servers.Except(before?.Servers ?? []) : [];
        return (refusal, [.. added.Select(server => server.Frontend)]);
    }

    /// <summary>Takes the table away.</summary>
    public Task EndAsync() => RunAsync(_rules.End());

    /// <summary>Looks whether it could be written; leaves nothing behind.</summary>
    /// <returns>What is in the way, or null.</returns>
    public static async Task<string?> FindObstacleAsync(IpvsOptions options, CancellationToken cancellationToken)
    {
        var trial = new MarkRules(new IpvsOptions { Table = $"{options.Table}_trial" });
        var script = trial.Make(MarkTable.Empty) + trial.End();
        var made = await KernelCommand.RunAsync(options.Nft, ["-f", "-"], script, cancellationToken);
        return made.ExitCode == 0 ? null : $"packets cannot be marked by nftables: {made.Reason}";
    }

    private async Task<string?> RunAsync(string script)
    {
        Writes++;
        var outcome = await KernelCommand.RunAsync(options.Nft, ["-f", "-"], script, CancellationToken.None);
        return outcome.ExitCode == 0 ? null : $"nftables refused: {outcome.Reason}";
    }
}
