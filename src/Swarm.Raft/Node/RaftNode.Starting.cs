using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>How a node begins.</summary>
public sealed partial class RaftNode
{
    /// <summary>Starts a member of a group: a new group where the storage is empty, or the one it belongs to.</summary>
    /// <param name="self">This member.</param>
    /// <param name="voters">
    /// The first members of a new group, the same on every one of them. Looked at only while the storage is empty: once
    /// there is a log it says who the members are. Without <paramref name="self"/>, or empty, for a member that is
    /// added to a group that exists: it waits for the leader.
    /// </param>
    /// <param name="machine">What entries are applied to; restored from the newest snapshot before this returns.</param>
    /// <param name="storage">The log; the node writes it alone, and leaves it open at its end.</param>
    /// <param name="transport">The way to other members; started here, and left to the caller to dispose of.</param>
    /// <param name="options">Settings; the id in them is replaced. Null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An id is 0, or a setting is out of range.</exception>
    /// <exception cref="RaftStorageCorruptException">The snapshot is damaged.</exception>
    public static async Task<RaftNode> StartAsync(
        PeerId self,
        IReadOnlyCollection<PeerId> voters,
        IStateMachine machine,
        FileRaftStorage storage,
        IRaftTransport transport,
        RaftNodeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(voters);
        ArgumentNullException.ThrowIfNull(storage);
        if (self.IsNobody || voters.Contains(default))
        {
            throw new ArgumentException("A member's id is not 0.", self.IsNobody ? nameof(self) : nameof(voters));
        }

        options ??= new RaftNodeOptions();
        Found(storage, self, voters);
        var node = await StartAsync(
            options with { Core = options.Core with { Id = self } }, machine, storage, transport, cancellationToken);
        if ((await node.GetMembershipAsync()).Voters is [var only] && only == self)
        {
            // Nobody else can be elected, so there is nothing to wait for.
            node.Campaign();
        }

        return node;
    }

    /// <summary>Restores the state machine from the newest snapshot, and starts.</summary>
    /// <param name="options">Settings, the member's id among them.</param>
    /// <param name="machine">What entries are applied to.</param>
    /// <param name="storage">The log; the node writes it alone, and leaves it open at its end.</param>
    /// <param name="transport">The way to other members; started here, and left to the caller to dispose of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="RaftStorageCorruptException">The snapshot is damaged.</exception>
    public static async Task<RaftNode> StartAsync(
        RaftNodeOptions options,
        IStateMachine machine,
        FileRaftStorage storage,
        IRaftTransport transport,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(transport);
        var snapshot = storage.OpenSnapshot();
        if (snapshot is not null)
        {
            await using (snapshot)
            {
                await machine.RestoreSnapshotAsync(snapshot, snapshot.Metadata.Index, cancellationToken);
            }
        }

        var node = new RaftNode(options, machine, storage, transport);
        transport.Start(node);
        node.Start();
        return node;
    }

    // Every founder writes the same entries, in the order of the ids, whatever order its caller has them in.
    private static void Found(FileRaftStorage storage, PeerId self, IReadOnlyCollection<PeerId> voters)
    {
        var isEmpty = storage is { LastIndex: 0, Snapshot.IsEmpty: true, HardState.IsEmpty: true };
        if (!isEmpty || !voters.Contains(self))
        {
            return;
        }

        var members = voters.Distinct()
            .OrderBy(voter => voter.Value)
            .Select(voter => (voter.Value, ReadOnlyMemory<byte>.Empty))
            .ToArray();
        var (entries, state) = RaftBootstrap.Create(members);
        storage.Append(state, [.. entries]);
        storage.Sync();
    }
}
