using System.Net;
using Swarm.Net.Kernel;

namespace Swarm.Net.Bridges;

/// <summary>
/// Answers addresses on bridges of this machine in the kernel, by a table of nftables and by local routes that the
/// plane owns. Needs Linux, the capability <c>CAP_NET_ADMIN</c>, and the programs <c>nft</c> and <c>ip</c>;
/// <see cref="FindObstacleAsync"/> tells whether they are there.
/// </summary>
/// <remarks>
/// Every protocol and port of an address leads on. The table stays when the process dies, and is replaced in one
/// transaction by the next one; open connections stay.
/// </remarks>
internal sealed class BridgeDataplane : IAsyncDisposable
{
    private const string Nft = "nft";
    private const string Ip = "ip";
    private const string BridgeFilter = "/proc/sys/net/bridge/bridge-nf-call-iptables";

    private readonly string _table;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<string> _bridges = new(StringComparer.Ordinal);
    private readonly HashSet<string> _turning = new(StringComparer.Ordinal);
    private HashSet<(string Bridge, IPAddress Address)> _routes = [];
    private bool _isWritten;
    private bool _isAsked;
    private bool _isDisposed;

    /// <summary>Makes a plane; nothing is changed before the first state is applied.</summary>
    /// <param name="table">The name of its table.</param>
    /// <exception cref="ArgumentException">It cannot be one.</exception>
    public BridgeDataplane(string table)
    {
        if (!KernelCommand.IsTableName(table))
        {
            throw new ArgumentException($"\"{table}\" cannot be the name of a table", nameof(table));
        }

        _table = table;
    }

    /// <summary>Looks whether the plane can work here; leaves nothing behind.</summary>
    /// <returns>What is in the way, or null.</returns>
    public async Task<string?> FindObstacleAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "only Linux has nftables";
        }

        var trial = $"{_table}_trial";
        var script = BridgeRules.Replace(trial, BridgeState.Empty) + BridgeRules.Remove(trial);
        var made = await KernelCommand.RunAsync(Nft, ["-f", "-"], script, cancellationToken);
        if (made.ExitCode != 0)
        {
            return $"nftables cannot be used: {made.Reason}";
        }

        var asked = await KernelCommand.RunAsync(Ip, ["-V"], "", cancellationToken);
        return asked.ExitCode == 0 ? null : $"routes cannot be set: {asked.Reason}";
    }

    /// <summary>Brings the kernel to a state.</summary>
    /// <returns>Why it is not there, or null.</returns>
    public async Task<string?> ApplyAsync(BridgeState state, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // What an earlier process has left works on until there is something to take its place.
            _isAsked = true;
            if (_isDisposed || (!_isWritten && state.Addresses.IsEmpty && state.Resolvers.IsEmpty))
            {
                return null;
            }

            _isWritten = true;
            var rules = await KernelCommand.RunAsync(
                Nft, ["-f", "-"], BridgeRules.Replace(_table, state), CancellationToken.None);
            if (rules.ExitCode != 0)
            {
                return $"nftables refused: {rules.Reason}";
            }

            var refusal = await RouteAsync([.. state.Addresses.Select(item => (item.Bridge, item.Address))]);
            await TurnAsync();
            return refusal;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes table and routes away.</summary>
    /// <returns>Completes when they are gone.</returns>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            // Where this process may not, there is nothing of the kind.
            if (!_isDisposed && _isAsked)
            {
                await RouteAsync([]);
                await RemoveAsync();
            }

            _isDisposed = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RemoveAsync() =>
        await KernelCommand.RunAsync(Nft, ["-f", "-"], BridgeRules.Remove(_table), CancellationToken.None);

    // All of them each time: a bridge that went down for a moment has lost its own. What is to go may have gone with
    // its bridge.
    private async Task<string?> RouteAsync(HashSet<(string Bridge, IPAddress Address)> wanted)
    {
        var met = wanted.Select(route => route.Bridge).Distinct().Where(_bridges.Add);
        var gone = _routes.Except(wanted).Select(route => BridgeRules.RemoveRoute(route.Bridge, route.Address));
        string[] removals = [.. met.Select(BridgeRules.RemoveRoutes), .. gone];
        if (removals.Length > 0)
        {
            await BatchAsync(removals);
        }

        _routes = wanted;
        _bridges.IntersectWith(wanted.Select(route => route.Bridge));
        if (wanted.Count == 0)
        {
            return null;
        }

        var added = await BatchAsync(wanted.Select(route => BridgeRules.AddRoute(route.Bridge, route.Address)));
        return added.ExitCode == 0 ? null : $"addresses cannot be routed: {added.Reason}";
    }

    // Where bridges hand their packets to the machine's filter, they carry on themselves what was translated there, and
    // not by the port it came from: a task that connects to its own service would not reach itself.
    private async Task TurnAsync()
    {
        if (_bridges.Count == 0 || !IsFiltered())
        {
            return;
        }

        var listed = await KernelCommand.RunAsync(
            Ip, ["-o", "link", "show", "type", "bridge_slave"], "", CancellationToken.None);
        var ports = BridgeRules.ReadPorts(listed.Output)
            .Where(item => _bridges.Contains(item.Bridge))
            .Select(item => item.Port)
            .ToHashSet(StringComparer.Ordinal);
        _turning.IntersectWith(ports);
        string[] all = [.. ports.Where(_turning.Add).Select(BridgeRules.Turn)];
        if (all.Length > 0)
        {
            await BatchAsync(all);
        }
    }

    private static bool IsFiltered()
    {
        try
        {
            return File.ReadAllText(BridgeFilter).Trim() == "1";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Task<KernelCommand.Outcome> BatchAsync(IEnumerable<string> lines) =>
        KernelCommand.RunAsync(Ip, ["-force", "-batch", "-"], string.Concat(lines), CancellationToken.None);
}
