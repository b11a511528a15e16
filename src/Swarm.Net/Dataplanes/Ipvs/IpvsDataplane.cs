using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Net.Ipvs;
using Swarm.Net.Kernel;
using Swarm.Net.Netlink;

namespace Swarm.Net;

/// <summary>
/// Balances TCP and UDP in the kernel, by IPVS. Needs Linux with the module <c>ip_vs</c>, the capability
/// <c>CAP_NET_ADMIN</c>, and the programs <c>nft</c> and <c>conntrack</c>; <see cref="FindObstacleAsync"/> tells
/// whether they are there.
/// </summary>
/// <remarks>
/// <para>
/// What IPVS cannot do is a failure of its front end: the PROXY protocol, and to lead from this machine's loopback
/// addresses to elsewhere or the other way round; so a front end of every address does not answer at loopback
/// addresses. A front end's address has to be the machine's own. Hashes are those of the scheduler <c>mh</c>, whose
/// table is as large as the kernel was built with. A back end that does not answer keeps its turn, until it is taken
/// out. <see cref="VirtualServer.MaxConnections"/> is the kernel's own limit. Back ends on other machines see this
/// machine as their client, and clients on other machines need <c>net.ipv4.ip_forward</c>.
/// </para>
/// <para>
/// Services of others are left alone: ours are for marks that were free, and a table of nftables records them. They
/// stay when the process dies, and are taken over by the next one. All members may be called from any thread.
/// </para>
/// </remarks>
public sealed partial class IpvsDataplane : IDataplane
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly IpvsOptions _options;
    private readonly MarkWriter _marks;
    private readonly TrackedConnections _tracked;
    private readonly Departures _departures;
    private readonly IpvsSettings _settings = new();
    private readonly Dictionary<Frontend, IpvsEntry> _entries = [];
    private readonly ILogger _logger;
    private IpvsTable? _table;
    private ImmutableArray<(VirtualServer Server, uint Mark)> _served = [];
    private bool _isDisposed;

    /// <summary>Makes a plane; nothing is changed before the first state is applied.</summary>
    /// <param name="options">Options; null means the defaults.</param>
    /// <param name="logger">The log; null means none.</param>
    /// <exception cref="ArgumentException">The name of the table is not one.</exception>
    public IpvsDataplane(IpvsOptions? options = null, ILogger<IpvsDataplane>? logger = null)
    {
        _options = options ?? new IpvsOptions();
        if (!KernelCommand.IsTableName(_options.Table))
        {
            throw new ArgumentException($"\"{_options.Table}\" cannot be the name of a table", nameof(options));
        }

        _logger = logger ?? NullLogger<IpvsDataplane>.Instance;
        _marks = new MarkWriter(_options);
        _tracked = new TrackedConnections(_options.Conntrack, _options.ConnectionMark);
        _departures = new Departures(_options.Time, _turn, CutAsync);
    }

    /// <summary>How often the kernel was written to.</summary>
    public long Writes => _marks.Writes + (_table?.Writes ?? 0);

    /// <summary>Looks whether the plane can work here; leaves nothing behind.</summary>
    /// <param name="options">Options; null means the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is in the way, or null.</returns>
    public static async ValueTask<string?> FindObstacleAsync(
        IpvsOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new IpvsOptions();
        try
        {
            new IpvsTable().Dispose();
        }
        catch (NetlinkException exception)
        {
            return IpvsLimits.Explain(exception);
        }

        return await MarkWriter.FindObstacleAsync(options, cancellationToken)
            ?? await new TrackedConnections(options.Conntrack, options.ConnectionMark)
                .FindObstacleAsync(cancellationToken);
    }

    /// <summary>Tells whether the kernel can do what a virtual server asks for.</summary>
    /// <param name="server">The virtual server.</param>
    /// <returns>What it cannot do, and who can; or null.</returns>
    public static string? FindLack(VirtualServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return IpvsLimits.FindLack(server);
    }

    /// <inheritdoc/>
    /// <remarks>A front end that the kernel refuses is a failure; the others are in effect.</remarks>
    public async ValueTask<ApplyReport> ApplyAsync(MeshState state, CancellationToken cancellationToken)
    {
        MeshStateRules.Require(state);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var failures = new Dictionary<Frontend, string>();
            var wanted = new Dictionary<Frontend, VirtualServer>();
            foreach (var server in state.Servers)
            {
                if ((IpvsLimits.FindLack(server)
                    ?? server.Frontend.FindRival(wanted)
                    ?? IpvsLimits.FindStranger(server.Frontend)) is { } lack)
                {
                    failures.Add(server.Frontend, lack);
                }
                else
                {
                    wanted.Add(server.Frontend, server);
                }
            }

            if (await PrepareAsync(wanted) is { } refusal)
            {
                LogRefused(refusal);
                return Report(failures, wanted.Keys, refusal);
            }

            Program(wanted, failures);
            refusal = await WriteMarksAsync();
            await _departures.CutDueAsync();
            return Report(failures, refusal is null ? [] : wanted.Keys, refusal ?? "");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Totals are as of some two seconds ago, when the kernel last added them up. Attempts to connect that failed are
    /// not known.
    /// </remarks>
    public ImmutableArray<BackendCounters> ReadCounters()
    {
        try
        {
            return _table is { } table ? [.. _served.SelectMany(each => table.CountersOf(each.Server, each.Mark))] : [];
        }
        catch (Exception exception) when (exception is NetlinkException or ObjectDisposedException)
        {
            return [];
        }
    }

    /// <summary>Takes away everything that is the plane's; open connections are cut.</summary>
    /// <returns>Completes when it is gone.</returns>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            await _departures.DisposeAsync();
            if (_table is not null)
            {
                await _marks.EndAsync();
                foreach (var entry in _entries.Values)
                {
                    _table.Remove(entry.Mark);
                }

                await _settings.RestoreAsync();
                _table.Dispose();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private static ApplyReport Report(
        Dictionary<Frontend, string> failures,
        IEnumerable<Frontend> refused,
        string refusal)
    {
        foreach (var frontend in refused)
        {
            failures.TryAdd(frontend, refusal);
        }

        return new ApplyReport([.. failures.Select(failure => new FrontendFailure(failure.Key, failure.Value))]);
    }

    // Takes over what an earlier process left. Returns why that cannot be done, or null.
    private async Task<string?> PrepareAsync(Dictionary<Frontend, VirtualServer> wanted)
    {
        if (_table is not null)
        {
            return null;
        }

        IpvsTable? table = null;
        try
        {
            table = new IpvsTable();
            if (await _settings.ApplyAsync() is { } obstacle)
            {
                return obstacle;
            }

            var (servers, marks) = await _marks.ReadAsync();
            table.Load(marks);
            Adopt(table, servers, marks, wanted);
            (_table, table) = (table, null);
            return null;
        }
        catch (NetlinkException exception)
        {
            return IpvsLimits.Explain(exception);
        }
        finally
        {
            table?.Dispose();
        }
    }

    private void Adopt(
        IpvsTable table,
        Dictionary<Frontend, uint> servers,
        HashSet<uint> marks,
        Dictionary<Frontend, VirtualServer> wanted)
    {
        foreach (var (frontend, mark) in servers)
        {
            // One of both families that had back ends in one looks like one of that.
            var twin = frontend with { Address = IPAddress.IPv6Any };
            var meant = frontend.IsEverywhere() && !wanted.ContainsKey(frontend) && wanted.ContainsKey(twin)
                ? twin
                : frontend;
            var backends = table.Of(mark).Select(each => new Backend(each.Address, each.Port)).ToImmutableArray();
            _entries[meant] = new IpvsEntry(mark, new VirtualServer(meant, backends));
        }

        foreach (var orphan in marks.Except(servers.Values))
        {
            table.Remove(orphan);
        }
    }

    private void Program(Dictionary<Frontend, VirtualServer> wanted, Dictionary<Frontend, string> failures)
    {
        foreach (var server in wanted.Values)
        {
            if (TryProgram(server) is { } refusal)
            {
                failures.Add(server.Frontend, refusal);
                LogRefused($"{server.Frontend}: {refusal}");
            }
        }

        var gone = _entries.Where(entry => !wanted.ContainsKey(entry.Key)).Select(entry => entry.Value);
        foreach (var entry in gone.Where(entry => !entry.IsLeaving))
        {
            entry.IsLeaving = true;
            _departures.Observe(entry.Server, after: null);
        }

        _served = [.. _entries.Values.Where(entry => !entry.IsLeaving).Select(entry => (entry.Server, entry.Mark))];
    }

    // Returns why the kernel refused, or null.
    private string? TryProgram(VirtualServer server)
    {
        try
        {
            try
            {
                Program(server);
            }
            catch (NetlinkException exception) when (exception.IsSurprise)
            {
                // Somebody else has been at it.
                _table!.Load(_entries.Values.Select(entry => entry.Mark).ToHashSet());
                Program(server);
            }

            return null;
        }
        catch (NetlinkException exception)
        {
            return $"IPVS refused: {exception.Message}";
        }
    }

    private void Program(VirtualServer server)
    {
        var entry = _entries.GetValueOrDefault(server.Frontend);
        if (entry is null)
        {
            _entries.Add(server.Frontend, new IpvsEntry(_table!.Create(server), server));
        }
        else
        {
            _table!.Bring(entry.Mark, server);
        }

        _departures.Observe(entry?.Server, server);
        if (entry is not null)
        {
            (entry.Server, entry.IsLeaving) = (server, false);
        }
    }

    // Returns why it was refused, or null.
    private async Task<string?> WriteMarksAsync()
    {
        var servers = _entries.Values.Where(entry => !entry.IsLeaving).Select(entry => entry.Marked);
        var marks = new MarkTable([.. servers], [.. _entries.Values.Select(entry => entry.Mark)]);
        var (refusal, added) = await _marks.WriteAsync(marks);
        if (refusal is not null)
        {
            LogRefused(refusal);
        }

        foreach (var frontend in added.Where(frontend => frontend.Transport == Transport.Udp))
        {
            await _tracked.ForgetAsync(frontend);
        }

        return refusal;
    }

    private async Task CutAsync((Frontend Frontend, Backend Backend)[] due)
    {
        foreach (var (frontend, backend) in due)
        {
            if (_entries.TryGetValue(frontend, out var entry) && !entry.IsChosen(backend))
            {
                _table!.Remove(entry.Mark, backend.Address, backend.Port);
                await _tracked.CutAsync(frontend, backend);
            }
        }

        var gone = _entries.Where(entry => entry.Value.IsLeaving && !_table!.Of(entry.Value.Mark).Any()).ToArray();
        foreach (var (frontend, _) in gone)
        {
            _entries.Remove(frontend);
        }

        if (gone.Length > 0)
        {
            // The record first: a mark that is in it must not be somebody else's.
            await WriteMarksAsync();
            foreach (var (_, entry) in gone)
            {
                _table!.Remove(entry.Mark);
            }
        }
    }

    [LoggerMessage(3020, LogLevel.Warning, "The kernel refused a change for IPVS: {Reason}")]
    private partial void LogRefused(string reason);
}
