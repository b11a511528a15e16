using Swarm.Hosting.Wire.Mapping;
using Swarm.Storage;

namespace Swarm.Hosting.Replication;

/// <summary>
/// How many bytes objects take in an entry of the log. Tasks of one spec differ in little but their status, so that one
/// of them is measured for all that follow it.
/// </summary>
/// <remarks>Not thread-safe; the store has one writer.</remarks>
internal sealed class EntrySize
{
    private TaskSpec? _spec;
    private int _size;

    public int Of(ClusterObject item)
    {
        if (item is not SwarmTask task)
        {
            return Measure(item);
        }

        if (!ReferenceEquals(task.Spec, _spec))
        {
            _spec = task.Spec;
            _size = Measure(task);
        }

        return _size + task.Status.Message.Length + task.Status.Error.Length;
    }

    private static int Measure(ClusterObject item) =>
        new StoreAction(ChangeKind.Updated, item).ToWire().CalculateSize();
}
