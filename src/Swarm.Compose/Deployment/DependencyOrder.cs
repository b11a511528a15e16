using Swarm.Compose.Lenient;

namespace Swarm.Compose.Deployment;

/// <summary>The order in which services are deployed: what others wait for first, else by name.</summary>
internal static class DependencyOrder
{
    /// <exception cref="StackFileException">A service waits for itself, or for one that is not there.</exception>
    public static List<string> Sort(
        IEnumerable<string> services, IReadOnlyDictionary<string, List<StackDependency>> dependencies)
    {
        var waiting = services.ToDictionary(
            service => service,
            service => dependencies.GetValueOrDefault(service) ?? [],
            StringComparer.Ordinal);
        foreach (var (service, list) in waiting)
        {
            if (list.Find(dependency =>
                dependency.IsRequired && !waiting.ContainsKey(dependency.Service)) is { } missing)
            {
                throw Fail($"service {service}: depends on undefined service \"{missing.Service}\"");
            }
        }

        var sorted = new List<string>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        while (sorted.Count < waiting.Count)
        {
            var ready = waiting.Keys
                .Where(service => !done.Contains(service)
                    && waiting[service].TrueForAll(dependency =>
                        done.Contains(dependency.Service) || !waiting.ContainsKey(dependency.Service)))
                .Order(StringComparer.Ordinal)
                .ToList();
            if (ready.Count == 0)
            {
                var stuck = waiting.Keys.Where(service => !done.Contains(service)).Order(StringComparer.Ordinal);
                throw Fail($"services wait for each other: {string.Join(", ", stuck)}");
            }

            sorted.AddRange(ready);
            done.UnionWith(ready);
        }

        return sorted;
    }

    private static StackFileException Fail(string message) => new(message, default(SourceMark));
}
