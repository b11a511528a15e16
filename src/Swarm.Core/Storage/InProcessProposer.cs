namespace Swarm.Storage;

/// <summary>Commits at once, in memory: for single-process swarms that may forget, and for tests.</summary>
internal sealed class InProcessProposer : IProposer
{
    private ulong _index;

    public ObjectVersion NextVersion => new(_index + 1);

    public ValueTask ProposeAsync(
        IReadOnlyList<StoreAction> actions,
        Action<ObjectVersion> commit,
        CancellationToken cancellationToken)
    {
        commit(new ObjectVersion(++_index));
        return ValueTask.CompletedTask;
    }
}
