using System.Collections.Immutable;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Net.Userspace;

namespace Swarm.Net;

/// <summary>
/// Balances TCP and UDP in this process: no privileges, any system. Each front end is one listener that no update
/// closes.
/// </summary>
/// <remarks>
/// A connection whose back end does not accept is brought to another one; a back end that fails three times in a row is
/// set aside for 10 s and more if there are others. Connections stay with their back end when the state changes, until
/// it has drained for <see cref="VirtualServer.DrainTimeout"/>. All members may be called from any thread.
/// </remarks>
public sealed class UserspaceDataplane : IDataplane
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly RelayContext _context;
    private readonly ITimer _sweeping;
    private ImmutableDictionary<Frontend, IPort> _ports = ImmutableDictionary<Frontend, IPort>.Empty;
    private ImmutableList<IPort> _closing = [];
    private EventLoops? _loops;
    private bool _isDisposed;

    /// <summary>Makes a plane that has no front end yet.</summary>
    /// <param name="options">Options; null means the defaults.</param>
    /// <param name="logger">The log; null means none.</param>
    public UserspaceDataplane(UserspaceOptions? options = null, ILogger<UserspaceDataplane>? logger = null)
    {
        _context = new RelayContext(
            options ?? new UserspaceOptions(),
            logger ?? NullLogger<UserspaceDataplane>.Instance);
        _sweeping = _context.Time.CreateTimer(_ => Sweep(), state: null, SweepInterval, SweepInterval);
    }

    /// <inheritdoc/>
    public async ValueTask<ApplyReport> ApplyAsync(MeshState state, CancellationToken cancellationToken)
    {
        MeshStateRules.Require(state);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Close(_ports.Keys.Except(state.Servers.Select(server => server.Frontend)).ToArray());
            var failures = ImmutableArray.CreateBuilder<FrontendFailure>();
            foreach (var server in state.Servers)
            {
                if (_ports.TryGetValue(server.Frontend, out var port))
                {
                    port.Update(server);
                }
                else if (TryOpen(server) is { } failure)
                {
                    failures.Add(failure);
                }
            }

            return new ApplyReport(failures.ToImmutable());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<BackendCounters> ReadCounters()
    {
        var counters = ImmutableArray.CreateBuilder<BackendCounters>();
        foreach (var port in Volatile.Read(ref _ports).Values)
        {
            port.Count(counters);
        }

        return counters.ToImmutable();
    }

    /// <summary>Closes every front end and resets what is open.</summary>
    /// <returns>Completes when nothing is left.</returns>
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
            await _sweeping.DisposeAsync();
            Close([.. _ports.Keys]);
            foreach (var port in _closing)
            {
                port.Cut();
            }

            await (_loops?.StopAsync() ?? Task.CompletedTask);
        }
        finally
        {
            _turn.Release();
        }
    }

    private FrontendFailure? TryOpen(VirtualServer server)
    {
        try
        {
            var port = Open(server);
            Volatile.Write(ref _ports, _ports.Add(server.Frontend, port));
            return null;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return new FrontendFailure(server.Frontend, exception.Message);
        }
    }

    private IPort Open(VirtualServer server)
    {
        if (server.Frontend.Transport == Transport.Udp)
        {
            return new UdpPort(server, _context);
        }

        return _context.Options.EventLoops > 0 && OperatingSystem.IsLinux()
            ? new EpollPort(server, _context, _loops ??= new EventLoops(_context))
            : new TcpPort(server, _context);
    }

    private void Close(Frontend[] frontends)
    {
        foreach (var frontend in frontends)
        {
            var port = _ports[frontend];
            Volatile.Write(ref _ports, _ports.Remove(frontend));
            port.Close();
            ImmutableInterlocked.Update(ref _closing, closing => closing.Add(port));
        }
    }

    private void Sweep()
    {
        var now = _context.Now;
        Volatile.Read(ref _loops)?.Sweep();
        foreach (var port in Volatile.Read(ref _ports).Values)
        {
            port.Sweep(now);
        }

        foreach (var port in Volatile.Read(ref _closing))
        {
            port.Sweep(now);
            if (port.IsEmpty)
            {
                ImmutableInterlocked.Update(ref _closing, closing => closing.Remove(port));
            }
        }
    }
}
