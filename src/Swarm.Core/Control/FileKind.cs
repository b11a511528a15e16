using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What secrets and configs have in common: named content that containers get as files.</summary>
/// <typeparam name="T">Secret or config.</typeparam>
internal abstract class FileKind<T>
    where T : ClusterObject
{
    /// <summary>As errors call it: <c>secret</c> or <c>config</c>.</summary>
    public abstract string Word { get; }

    /// <summary>Content must be smaller, in bytes (SwarmKit's number).</summary>
    public abstract int SizeLimit { get; }

    public abstract ObjectTable<T> In(ClusterView view);

    public abstract ObjectTable<T>.Builder In(StoreTransaction transaction);

    public abstract string NameOf(T item);

    public abstract ValueDictionary<string> LabelsOf(T item);

    public abstract T With(T item, string name, ValueDictionary<string> labels);

    /// <summary>Ids of the items that a container uses, with the names its spec gives them.</summary>
    public abstract IEnumerable<(string Id, string Name)> UsedBy(ContainerSpec container);

    /// <summary>The container with another item in place of those that are chosen by id and name.</summary>
    public abstract ContainerSpec Replace(ContainerSpec container, Func<string, string, bool> chosen, T other);

    /// <summary>Tasks that use an item, whatever their state.</summary>
    public abstract IEnumerable<SwarmTask> TasksUsing(ClusterView view, string id);

    public bool IsUsedBy(ServiceSpec? spec, string id) =>
        spec?.TaskTemplate.Workload is ContainerSpec container
        && UsedBy(container).Any(use => use.Id == id);

    /// <summary>Refuses names that Docker refuses.</summary>
    /// <exception cref="SwarmException">The name is one of them.</exception>
    public static void CheckName(string name) => ObjectNames.CheckFileName(name);

    /// <summary>Refuses content that is empty or too large.</summary>
    /// <exception cref="SwarmException">It is.</exception>
    public void CheckSize(ValueList<byte> data) => Rule.Require(
        data.Count > 0 && data.Count < SizeLimit,
        $"{Word} data must be larger than 0 and less than {SizeLimit} bytes");
}
