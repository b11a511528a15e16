using Google.Protobuf;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Raft;
using Swarm.Storage;

namespace Swarm.Hosting.Replication;

/// <summary>Transactions of the store as entries of the log that all managers share, in SwarmKit's form.</summary>
internal sealed class RaftProposer(TimeProvider time, RaftMetrics? metrics = null) : IProposer
{
    private readonly EntrySize _size = new();
    private RaftNode? _node;
    private ulong _requests;

    public ObjectVersion NextVersion => new(Node.NextIndex);

    private RaftNode Node => _node ?? throw NoLeader("the manager is still starting; try again", null);

    /// <summary>Sets the node that the log is on; to be called once, before the first transaction.</summary>
    public void Use(RaftNode node) => _node = node;

    public int SizeOf(ClusterObject item) => _size.Of(item);

    // Once the entry is in the log its outcome is not the caller's any more: cancelling would leave it half-known.
    public async ValueTask ProposeAsync(
        IReadOnlyList<StoreAction> actions,
        Action<ObjectVersion> commit,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Node.State.IsReady)
        {
            throw NoLeader("this manager does not lead the swarm; ask the leader", null);
        }

        var started = time.GetTimestamp();
        string? error = nameof(OperationCanceledException);
        try
        {
            // Once it is on its way it cannot be taken back, and its end has to be waited for.
            await Node.ProposeAsync(
                Encode(actions),
                index => commit(new ObjectVersion(index)),
                CancellationToken.None);
            error = null;
        }
        catch (NotLeaderException exception)
        {
            error = nameof(NotLeaderException);
            throw NoLeader(
                exception.MayCommit
                    ? "leadership was lost while the change was on its way; it may still take effect: read again"
                    : exception.Message,
                exception);
        }
        catch (ProposalRefusedException exception)
        {
            error = nameof(ProposalRefusedException);
            throw new SwarmException(SwarmErrorCode.ResourceExhausted, exception.Message, exception);
        }
        catch (RaftFaultedException exception)
        {
            error = nameof(RaftFaultedException);
            throw new SwarmException(SwarmErrorCode.Unavailable, exception.Message, exception);
        }
        finally
        {
            metrics?.ProposalEnded(time.GetElapsedTime(started), error);
        }
    }

    private byte[] Encode(IReadOnlyList<StoreAction> actions)
    {
        var shared = new SharedMessages();
        var request = new Wire.Protos.InternalRaftRequest { Id = Interlocked.Increment(ref _requests) };
        for (var i = 0; i < actions.Count; i++)
        {
            request.Action.Add(actions[i].ToWire(shared));
        }

        return request.ToByteArray();
    }

    private static SwarmException NoLeader(string message, Exception? cause) =>
        new(SwarmErrorCode.NoLeader, message, cause);
}
