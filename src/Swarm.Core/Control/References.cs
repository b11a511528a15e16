using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Finds what a caller means: by full id, else by exact name, else by the only id that begins so.</summary>
internal static class References
{
    public static Service Service(ClusterView view, string reference) =>
        Resolve("service", view.Services, reference, service => service.Spec.Name);

    public static Node Node(ClusterView view, string reference) =>
        Resolve("node", view.Nodes, reference, node => node.Description?.Hostname ?? "");

    public static Secret Secret(ClusterView view, string reference) =>
        Resolve("secret", view.Secrets, reference, secret => secret.Spec.Name);

    public static Config Config(ClusterView view, string reference) =>
        Resolve("config", view.Configs, reference, config => config.Spec.Name);

    public static Network Network(ClusterView view, string reference) =>
        Resolve("network", view.Networks, reference, network => network.Spec.Name);

    /// <summary>The name of a task ends in its id.</summary>
    public static SwarmTask Task(ClusterView view, string reference)
    {
        CheckGiven(reference);
        return view.Tasks.Find(reference)
            ?? (view.Tasks.Find(reference[(reference.LastIndexOf('.') + 1)..]) is { } task && task.Name == reference
                ? task
                : Only("task", view.Tasks.WithPrefix(reference), reference));
    }

    private static T Resolve<T>(string kind, ObjectTable<T> table, string reference, Func<T, string> nameOf)
        where T : ClusterObject
    {
        CheckGiven(reference);
        if (table.Find(reference) is { } exact)
        {
            return exact;
        }

        // The index knows names without regard to case; a reference means exactly what it says.
        var named = table.FindAllByName(reference).Where(item => nameOf(item) == reference).ToArray();
        return named.Length > 0 ? Only(kind, named, reference) : Only(kind, table.WithPrefix(reference), reference);
    }

    private static T Only<T>(string kind, IEnumerable<T> matches, string reference)
    {
        var found = matches.ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw SwarmException.NotFound($"{kind} {reference} not found"),
            _ => throw SwarmException.InvalidArgument(
                $"{kind} {reference} is ambiguous ({found.Length} matches found)"),
        };
    }

    private static void CheckGiven(string reference) =>
        Rule.Require(!string.IsNullOrEmpty(reference), "invalid argument");
}
