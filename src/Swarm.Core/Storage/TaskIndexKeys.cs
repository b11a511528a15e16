namespace Swarm.Storage;

/// <summary>Keys and ranks under which tasks are indexed.</summary>
internal static class TaskIndexKeys
{
    // States are multiples of 32; REMOVE (800) is the one that is no multiple of 64.
    private static readonly string[] States = [.. Enumerable.Range(0, 27).Select(i => $"state{i:00}")];

    public static string OfState(TaskState state) => States[(int)state / 32];

    /// <summary>Orders the tasks of a service by slot, so that one slot is a range.</summary>
    public static ulong RankInService(int slot, string id) => ((ulong)(uint)slot << 32) | (IdRank.Of(id) >> 32);

    public static (ulong Low, ulong High) RangeOfSlot(int slot) =>
        ((ulong)(uint)slot << 32, ((ulong)(uint)slot << 32) | uint.MaxValue);

    public static string OfSecret(SecretId id) => "secret/" + id.Value;

    public static string OfConfig(ConfigId id) => "config/" + id.Value;

    public static string OfNetwork(string target) => "network/" + target;

    /// <summary>Keys of the objects that a spec references.</summary>
    public static IEnumerable<string> OfReferences(TaskSpec spec)
    {
        foreach (var network in spec.Networks.AsMemory().ToArray())
        {
            yield return OfNetwork(network.Target);
        }

        if (spec.Workload is not ContainerSpec container)
        {
            yield break;
        }

        foreach (var secret in container.Secrets.AsMemory().ToArray())
        {
            yield return OfSecret(secret.SecretId);
        }

        foreach (var config in container.Configs.AsMemory().ToArray())
        {
            yield return OfConfig(config.ConfigId);
        }
    }

    public static bool HasReferences(TaskSpec spec) =>
        !spec.Networks.IsEmpty
        || (spec.Workload is ContainerSpec container && !(container.Secrets.IsEmpty && container.Configs.IsEmpty));
}
