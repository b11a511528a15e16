using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Nodes;
using Swarm.Hosting.Wire.Client;
using Swarm.Raft;
using Swarm.Timing;

namespace Swarm.Hosting.Replication;

/// <summary>The way of a manager's own clients to whoever leads: themselves, or another manager.</summary>
/// <param name="leadership">Whether this manager leads.</param>
/// <param name="quorum">The quorum; null before this manager is in it.</param>
/// <param name="identity">Who this manager is.</param>
/// <param name="time">The clock.</param>
internal sealed class LeaderAccess(
    Leadership leadership,
    Func<Quorum?> quorum,
    CurrentIdentity identity,
    TimeProvider time) : IDisposable
{
    /// <summary>How long a call waits for a leader to be elected: a little more than an election takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BarrierTimeout = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private (string Address, NodeIdentity Identity, GrpcChannel Channel)? _link;

    /// <summary>Runs a call on the leader.</summary>
    /// <param name="here">The call while this manager leads.</param>
    /// <param name="there">The call to another manager.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SwarmException">What the leader answers; <see cref="SwarmErrorCode.NoLeader"/> without one.</exception>
    public async Task<T> CallAsync<T>(
        Func<Task<T>> here,
        Func<GrpcChannel, AsyncUnaryCall<T>> there,
        CancellationToken cancellationToken)
    {
        var end = new Deadline(time, Patience);
        while (true)
        {
            try
            {
                if (leadership.Current is not null)
                {
                    return await here();
                }

                if (quorum() is { Leads: false, Leader: { } leader })
                {
                    return await Calls.AwaitAsync(there(To(leader.Addr)), leader.Addr);
                }
            }
            catch (SwarmException exception) when (NothingHappened(exception) && !end.HasPassed)
            {
                // The leader has gone; there will be another one.
            }

            if (end.HasPassed)
            {
                throw NoLeader();
            }

            await PauseAsync(cancellationToken);
        }
    }

    /// <summary>This node is a manager no more: whoever waits for a leader is told so.</summary>
    public Task EndAsync() => _ended.CancelAsync();

    /// <summary>A connection to the leader; null while this manager leads.</summary>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NoLeader"/>.</exception>
    public GrpcChannel? Connect() => leadership.Current is not null
        ? null
        : quorum() is { Leads: false, Leader: { } leader } ? To(leader.Addr) : throw NoLeader();

    /// <summary>Waits until the store here has everything that was acknowledged before the call, anywhere.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var end = new Deadline(time, Patience);
        while (!end.HasPassed)
        {
            RequireNotEnded();
            try
            {
                if (quorum() is { } member)
                {
                    using var limit = new CancellationTokenSource(BarrierTimeout, time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(
                        limit.Token,
                        _ended.Token,
                        cancellationToken);
                    await member.Log.Node.ReadBarrierAsync(either.Token);
                    return;
                }
            }
            catch (Exception exception) when (exception is NotLeaderException or OperationCanceledException)
            {
                // Nobody answered, or somebody else leads: ask again.
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (RaftFaultedException exception)
            {
                throw new SwarmException(SwarmErrorCode.Unavailable, exception.Message, exception);
            }

            await PauseAsync(cancellationToken);
        }

        throw NoLeader();
    }

    public void Dispose()
    {
        _ended.Cancel();
        lock (_gate)
        {
            _link?.Channel.Dispose();
            _link = null;
        }

        _ended.Dispose();
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        RequireNotEnded();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            await Task.Delay(Pause, time, either.Token);
        }
        catch (OperationCanceledException)
        {
            RequireNotEnded();
            throw;
        }
    }

    private void RequireNotEnded()
    {
        if (_ended.IsCancellationRequested)
        {
            throw NodeErrors.Worker();
        }
    }

    // A call that was refused before anything was done about it may be made again.
    private static bool NothingHappened(SwarmException exception) =>
        exception.Code == SwarmErrorCode.NoLeader
            ? exception.InnerException is not NotLeaderException { MayCommit: true }
            : exception.Code == SwarmErrorCode.Unavailable
                && (NeverConnected((exception.InnerException as RpcException)?.Status.DebugException)
                    || exception.Message.Contains("does not lead the swarm", StringComparison.Ordinal));

    // A connection that broke later may have carried the call.
    private static bool NeverConnected(Exception? cause) => cause switch
    {
        null => false,
        SocketException
        {
            SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable
                or SocketError.NetworkUnreachable or SocketError.TimedOut
        } => true,
        _ => NeverConnected(cause.InnerException),
    };

    private static SwarmException NoLeader() => new(
        SwarmErrorCode.NoLeader,
        "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of "
        + "the managers are online.");

    private GrpcChannel To(string address)
    {
        lock (_gate)
        {
            var self = identity.Value;
            if (_link is not { } link || link.Address != address || link.Identity != self)
            {
                _link?.Channel.Dispose();
                link = (address, self, ManagerChannel.ToManager(address, self, time));
                _link = link;
            }

            return link.Channel;
        }
    }
}
