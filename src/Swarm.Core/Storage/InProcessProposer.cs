namespace Swarm.Storage;

/// <summary>Commits at once, in memory: for single-process swarms that may forget, and for tests.</summary>
internal sealed class InProcessProposer : IProposer
{
    private ulong _index;

    public ObjectVersion NextVersion => new(_index + 1);

    public ValueTask<ObjectVersion> ProposeAsync(
        IReadOnlyList<StoreAction> actions,
        CancellationToken cancellationToken) => new(new ObjectVersion(++_index));
}
