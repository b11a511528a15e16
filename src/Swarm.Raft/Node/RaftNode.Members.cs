using Swarm.Raft.Consensus;

namespace Swarm.Raft;

/// <summary>Members come and go.</summary>
public sealed partial class RaftNode
{
    /// <summary>
    /// Adds a voter, or makes one of a learner. The new member is started with an empty storage and no voters, and the
    /// transports of all members have to know its address: it is not part of the log. A group of one that gets its
    /// second member can do nothing until that answers, so a learner that has caught up is the safer start.
    /// </summary>
    /// <param name="id">The member; an id that was never used in this group.</param>
    /// <param name="context">
    /// Handed to <see cref="IStateMachine.ApplyMembership"/> of every member: its address, for instance.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the change may still come into force.</param>
    /// <returns>The change's index, when it is in force here.</returns>
    /// <inheritdoc cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public Task<ulong> AddVoterAsync(
        PeerId id, ReadOnlyMemory<byte> context = default, CancellationToken cancellationToken = default) =>
        ChangeAsync(ConfChangeType.AddNode, id, context, cancellationToken);

    /// <summary>Adds a member that receives the log and has no vote, or makes one of a voter.</summary>
    /// <inheritdoc cref="AddVoterAsync" path="/param"/>
    /// <inheritdoc cref="AddVoterAsync" path="/returns"/>
    /// <inheritdoc cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public Task<ulong> AddLearnerAsync(
        PeerId id, ReadOnlyMemory<byte> context = default, CancellationToken cancellationToken = default) =>
        ChangeAsync(ConfChangeType.AddLearnerNode, id, context, cancellationToken);

    /// <summary>
    /// Removes a member. A leader that removes itself steps down when that is in force; the last voter cannot go. The
    /// removed member does not learn of it for certain: stop it, and take it out of the transports.
    /// </summary>
    /// <inheritdoc cref="AddVoterAsync" path="/param"/>
    /// <inheritdoc cref="AddVoterAsync" path="/returns"/>
    /// <inheritdoc cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public Task<ulong> RemoveAsync(
        PeerId id, ReadOnlyMemory<byte> context = default, CancellationToken cancellationToken = default) =>
        ChangeAsync(ConfChangeType.RemoveNode, id, context, cancellationToken);

    /// <summary>Changes the members.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait; the change may still come into force.</param>
    /// <returns>Completes when it is in force here.</returns>
    /// <inheritdoc cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public Task<ulong> ProposeChangeAsync(ConfChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return PostAsync(new OwnProposal(default, change, null), cancellationToken);
    }

    private Task<ulong> ChangeAsync(
        ConfChangeType type, PeerId id, ReadOnlyMemory<byte> context, CancellationToken cancellationToken) =>
        id.IsNobody
            ? throw new ArgumentException("A member's id is not 0.", nameof(id))
            : ProposeChangeAsync(
                new ConfChange { Type = type, NodeId = id, Context = context }, cancellationToken);
}
