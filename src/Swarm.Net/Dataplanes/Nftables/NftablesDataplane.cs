using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Net.Kernel;
using Swarm.Net.Nftables;

namespace Swarm.Net;

/// <summary>
/// Balances TCP and UDP in the kernel, by a table of nftables that the plane owns. Needs Linux, the capability
/// <c>CAP_NET_ADMIN</c>, and the programs <c>nft</c> and <c>conntrack</c>; <see cref="FindObstacleAsync"/> tells whether
/// they are there.
/// </summary>
/// <remarks>
/// <para>
/// What the kernel cannot do is a failure of its front end: the balancers by least connections, the PROXY protocol.
/// Affinity and hashes are by remainder: more clients move when back ends come or go than with
/// <see cref="UserspaceDataplane"/>. A back end that does not answer keeps its turn, until it is taken out.
/// <see cref="VirtualServer.MaxConnections"/> is the kernel's own limit. Back ends on other machines see this machine
/// as their client. Loopback addresses are this machine's own on both sides, unless
/// <see cref="NftablesOptions.RoutesLoopback"/> is set.
/// </para>
/// <para>
/// Changes of one call come into effect at once or not at all. The table stays when the process dies, and is taken over
/// by the next one. All members may be called from any thread.
/// </para>
/// </remarks>
public sealed partial class NftablesDataplane : IDataplane
{
    private const string RouteLocalnet = "/proc/sys/net/ipv4/conf/all/route_localnet";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly NftablesOptions _options;
    private readonly TrackedConnections _tracked;
    private readonly Departures _departures;
    private readonly ILogger _logger;
    private ImmutableDictionary<Frontend, VirtualServer>? _programmed;
    private ImmutableArray<BackendCounters> _counters = [];
    private bool _isDisposed;

    /// <summary>Makes a plane; nothing is changed before the first state is applied.</summary>
    /// <param name="options">Options; null means the defaults.</param>
    /// <param name="logger">The log; null means none.</param>
    /// <exception cref="ArgumentException">The name of the table is not one.</exception>
    public NftablesDataplane(NftablesOptions? options = null, ILogger<NftablesDataplane>? logger = null)
    {
        _options = options ?? new NftablesOptions();
        if (!KernelCommand.IsTableName(_options.Table))
        {
            throw new ArgumentException($"\"{_options.Table}\" cannot be the name of a table", nameof(options));
        }

        _logger = logger ?? NullLogger<NftablesDataplane>.Instance;
        _tracked = new TrackedConnections(_options.Conntrack, _options.ConnectionMark);
        _departures = new Departures(_options.Time, _turn, CutAsync);
    }

    /// <summary>How often the kernel was written to.</summary>
    public long Writes { get; private set; }

    /// <summary>Looks whether the plane can work here; leaves nothing behind.</summary>
    /// <param name="options">Options; null means the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is in the way, or null.</returns>
    public static async ValueTask<string?> FindObstacleAsync(
        NftablesOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new NftablesOptions();
        var trial = new NftablesOptions { Table = $"{options.Table}_trial", ConnectionMark = options.ConnectionMark };
        var script = new RuleText(trial).Begin().End().ToString();
        var made = await KernelCommand.RunAsync(options.Nft, ["-f", "-"], script, cancellationToken);
        if (made.ExitCode != 0)
        {
            return $"nftables cannot be used: {made.Reason}";
        }

        return await new TrackedConnections(options.Conntrack, options.ConnectionMark)
            .FindObstacleAsync(cancellationToken);
    }

    /// <summary>Tells whether the kernel can do what a virtual server asks for.</summary>
    /// <param name="server">The virtual server.</param>
    /// <returns>What it cannot do, and who can; or null.</returns>
    public static string? FindLack(VirtualServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server switch
        {
            { Balancer: BalancerKind.LeastConnections or BalancerKind.WeightedLeastConnections } =>
                $"nftables cannot balance by {server.Balancer}; the user-space plane can",
            { ProxyProtocol: not ProxyProtocol.None } =>
                "nftables cannot speak the PROXY protocol; the user-space plane can",
            _ => server.HasScope()
                ? "nftables knows no addresses with a scope; the user-space plane does"
                : null,
        };
    }

    /// <inheritdoc/>
    /// <remarks>When the kernel refuses, nothing has changed, and all front ends are failures.</remarks>
    public async ValueTask<ApplyReport> ApplyAsync(MeshState state, CancellationToken cancellationToken)
    {
        MeshStateRules.Require(state);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var failures = ImmutableArray.CreateBuilder<FrontendFailure>();
            var wanted = ImmutableDictionary.CreateBuilder<Frontend, VirtualServer>();
            foreach (var server in state.Servers)
            {
                if ((FindLack(server) ?? server.Frontend.FindRival(wanted)) is { } lack)
                {
                    failures.Add(new FrontendFailure(server.Frontend, lack));
                }
                else
                {
                    wanted.Add(server.Frontend, server);
                }
            }

            if (await ProgramAsync(wanted.ToImmutable()) is { } refusal)
            {
                failures.AddRange(wanted.Keys.Select(frontend => new FrontendFailure(frontend, refusal)));
            }

            return new ApplyReport(failures.ToImmutable());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    /// <remarks>As of the last call of <see cref="RefreshCountersAsync"/>: the kernel takes its time to tell.</remarks>
    public ImmutableArray<BackendCounters> ReadCounters() => _counters;

    /// <summary>Asks the kernel for its counts, which takes some tens of milliseconds.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>One entry per virtual server and back end; attempts to connect that failed are not known.</returns>
    public async ValueTask<ImmutableArray<BackendCounters>> RefreshCountersAsync(CancellationToken cancellationToken)
    {
        var servers = _programmed ?? ImmutableDictionary<Frontend, VirtualServer>.Empty;
        var listed = await KernelCommand.RunAsync(
            _options.Nft,
            ["-j", "list", "table", "inet", _options.Table],
            input: "",
            cancellationToken);
        var totals = listed.ExitCode == 0 ? ChainCounters.Parse(listed.Output) : [];
        var open = await _tracked.CountAsync(cancellationToken);
        return _counters =
        [
            .. from server in servers.Values
               from backend in server.Backends
               let place = new IPEndPoint(backend.Address, backend.Port)
               select new BackendCounters(
                   server.Frontend,
                   backend,
                   open.GetValueOrDefault((server.Frontend.Transport, server.Frontend.Port, place)),
                   totals.GetValueOrDefault(Names.Of(server.Frontend, backend)),
                   ConnectFailures: 0),
        ];
    }

    /// <summary>Takes the table away; open connections lose their translation.</summary>
    /// <returns>Completes when it is gone.</returns>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                await _departures.DisposeAsync();
                if (_programmed is not null)
                {
                    await WriteAsync(new RuleText(_options).End());
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private static bool IsSame(VirtualServer one, VirtualServer other) =>
        one.Balancer == other.Balancer
        && one.Affinity is null == other.Affinity is null
        && one.Backends.SequenceEqual(other.Backends);

    // Returns why nothing has changed, or null.
    private async Task<string?> ProgramAsync(ImmutableDictionary<Frontend, VirtualServer> wanted)
    {
        var before = _programmed ?? ImmutableDictionary<Frontend, VirtualServer>.Empty;
        var refusal = _programmed is null ? await MakeAnewAsync(wanted) : await ChangeAsync(before, wanted);
        if (refusal is not null && _programmed is not null)
        {
            // Somebody else has been at the table.
            refusal = await MakeAnewAsync(wanted);
        }

        _programmed = refusal is null ? wanted : null;
        if (refusal is null)
        {
            await FollowUpAsync(before, wanted);
        }

        return refusal;
    }

    private async Task<string?> MakeAnewAsync(ImmutableDictionary<Frontend, VirtualServer> wanted)
    {
        var text = new RuleText(_options).Begin();
        foreach (var server in wanted.Values)
        {
            text.Add(server);
        }

        return await WriteAsync(text) ?? await RouteLoopbackAsync();
    }

    // After the table, which guards against what else comes with it.
    private async Task<string?> RouteLoopbackAsync()
    {
        try
        {
            if (_options.RoutesLoopback && (await File.ReadAllTextAsync(RouteLocalnet)).Trim() != "1")
            {
                await File.WriteAllTextAsync(RouteLocalnet, "1");
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"loopback addresses cannot be routed: {exception.Message}";
        }
    }

    private async Task<string?> ChangeAsync(
        ImmutableDictionary<Frontend, VirtualServer> before,
        ImmutableDictionary<Frontend, VirtualServer> wanted)
    {
        var text = new RuleText(_options);
        foreach (var gone in before.Values.Where(server => !wanted.ContainsKey(server.Frontend)))
        {
            text.Remove(gone);
        }

        foreach (var server in wanted.Values)
        {
            var known = before.GetValueOrDefault(server.Frontend);
            if (known is null)
            {
                text.Add(server);
            }
            else if (!IsSame(known, server))
            {
                text.Change(known, server);
            }
        }

        return text.IsEmpty ? null : await WriteAsync(text);
    }

    private async Task FollowUpAsync(
        ImmutableDictionary<Frontend, VirtualServer> before,
        ImmutableDictionary<Frontend, VirtualServer> after)
    {
        foreach (var frontend in before.Keys.Union(after.Keys))
        {
            _departures.Observe(before.GetValueOrDefault(frontend), after.GetValueOrDefault(frontend));
            if (frontend.Transport == Transport.Udp && !before.ContainsKey(frontend))
            {
                await _tracked.ForgetAsync(frontend);
            }
        }

        await _departures.CutDueAsync();
    }

    private async Task CutAsync((Frontend Frontend, Backend Backend)[] due)
    {
        foreach (var (frontend, backend) in due)
        {
            await _tracked.CutAsync(frontend, backend);
        }
    }

    // Returns why it was refused, or null.
    private async Task<string?> WriteAsync(RuleText text)
    {
        Writes++;
        var outcome = await KernelCommand.RunAsync(
            _options.Nft,
            ["-f", "-"],
            text.ToString(),
            CancellationToken.None);
        if (outcome.ExitCode == 0)
        {
            return null;
        }

        LogRefused(outcome.Reason);
        return $"nftables refused: {outcome.Reason}";
    }

    [LoggerMessage(3010, LogLevel.Warning, "nftables refused a change: {Reason}")]
    private partial void LogRefused(string reason);
}
