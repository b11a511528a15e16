using Swarm.Compose.Shapes;

namespace Swarm.Compose.Loading;

/// <summary>Makes one stack of several files: services are merged, other objects replaced as a whole.</summary>
internal static class StackMerger
{
    /// <exception cref="StackFileException">Two extensions cannot be merged.</exception>
    public static StackModel Merge(List<StackModel> models)
    {
        var merged = models[0];
        foreach (var later in models.Skip(1))
        {
            MergeServices(merged, later);
            Replace(merged.Networks, later.Networks);
            Replace(merged.Volumes, later.Volumes);
            Replace(merged.Secrets, later.Secrets);
            Replace(merged.Configs, later.Configs);
        }

        return merged;
    }

    private static void MergeServices(StackModel merged, StackModel later)
    {
        foreach (var (name, service) in later.Services)
        {
            if (!merged.Services.TryGetValue(name, out var own))
            {
                merged.Services.Add(name, service);
                continue;
            }

            try
            {
                ShapeMerger.Merge(own, service);
            }
            catch (StackFileException exception)
            {
                throw new StackFileException(
                    $"cannot merge services from {later.FileName}: cannot merge service {name}: {exception.Message}",
                    exception.Diagnostics);
            }
        }
    }

    private static void Replace(
        OrderedDictionary<string, StackRecord> merged,
        OrderedDictionary<string, StackRecord> later)
    {
        foreach (var (name, entry) in later)
        {
            merged[name] = entry;
        }
    }
}
