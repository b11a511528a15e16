using Microsoft.Extensions.Logging;

namespace Swarm.Raft.Transport;

/// <summary>What all connections of a transport share.</summary>
/// <param name="Node">The node that sends and receives.</param>
/// <param name="Options">Settings.</param>
/// <param name="Stop">Ends everything.</param>
internal sealed record TransportParts(RaftNode Node, TcpRaftTransportOptions Options, CancellationToken Stop)
{
    public ILogger Logger => Options.Logger;

    /// <summary>Starts a loop.</summary>
    public Task RunAsync(Func<Task> loop) => Task.Factory.StartNew(
        loop, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Options.Scheduler).Unwrap();

    /// <summary>The greeting of this member to another.</summary>
    public Hello Greet(PeerId member, ConnectionPurpose purpose) =>
        new(Hello.Current, Options.Cluster, Node.Id, member, purpose);
}

/// <summary>What connections report.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(2300, LogLevel.Information, "Raft member {Id} listens at {Address}")]
    public static partial void Listening(ILogger logger, PeerId id, string address);

    [LoggerMessage(2301, LogLevel.Information, "Raft member {Id} is connected to member {Member} at {Address}")]
    public static partial void Connected(ILogger logger, PeerId id, PeerId member, string address);

    [LoggerMessage(2302, LogLevel.Warning, "Raft member {Id} cannot send to member {Member} at {Address}: {Reason}")]
    public static partial void Disconnected(ILogger logger, PeerId id, PeerId member, string address, string reason);

    [LoggerMessage(2303, LogLevel.Debug, "Raft member {Id} still cannot send to member {Member} at {Address}: {Reason}")]
    public static partial void StillDisconnected(
        ILogger logger, PeerId id, PeerId member, string address, string reason);

    [LoggerMessage(2304, LogLevel.Warning, "Raft member {Id} refuses a connection from {Address}: {Reason}")]
    public static partial void Refused(ILogger logger, PeerId id, string address, string reason);

    [LoggerMessage(2305, LogLevel.Debug, "Raft member {Id}: the connection of member {Member} from {Address} has ended: "
        + "{Reason}")]
    public static partial void Ended(ILogger logger, PeerId id, PeerId member, string address, string reason);

    [LoggerMessage(2306, LogLevel.Information, "Raft member {Id} sends the snapshot at entry {Index} to member {Member}: "
        + "{Bytes} bytes")]
    public static partial void SnapshotBegun(ILogger logger, PeerId id, PeerId member, ulong index, long bytes);

    [LoggerMessage(2307, LogLevel.Information, "Raft member {Id}: the snapshot at entry {Index} has reached member {Member}")]
    public static partial void SnapshotSent(ILogger logger, PeerId id, PeerId member, ulong index);

    [LoggerMessage(2308, LogLevel.Warning, "Raft member {Id} could not send a snapshot to member {Member}: {Reason}")]
    public static partial void SnapshotNotSent(ILogger logger, PeerId id, PeerId member, string reason);

    [LoggerMessage(2309, LogLevel.Warning, "Raft member {Id} did not take the snapshot of member {Member}: {Reason}")]
    public static partial void SnapshotNotTaken(ILogger logger, PeerId id, PeerId member, string reason);

    [LoggerMessage(2310, LogLevel.Error, "Raft member {Id} cannot send a message to member {Member}: {Reason}")]
    public static partial void TooLarge(ILogger logger, PeerId id, PeerId member, string reason);

    [LoggerMessage(2311, LogLevel.Error, "Raft member {Id} cannot accept connections: {Reason}")]
    public static partial void NotAccepting(ILogger logger, PeerId id, string reason);
}
