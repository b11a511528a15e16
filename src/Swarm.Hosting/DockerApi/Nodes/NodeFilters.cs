namespace Swarm.Hosting.DockerApi;

/// <summary>Which nodes a list shows.</summary>
internal static class NodeFilters
{
    private static readonly string[] Roles = ["manager", "worker"];
    private static readonly string[] Memberships = ["accepted", "pending"];

    /// <summary>Reads the filters of a request.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static DockerFilters Read(DockerCall call)
    {
        var filters = call.Filters("id", "name", "label", "role", "membership", "node.label");
        CheckValues(filters, "role", Roles);
        CheckValues(filters, "membership", Memberships);
        return filters;
    }

    /// <summary>The role is the observed one; <c>label</c> means labels of the engine.</summary>
    public static bool Match(DockerFilters filters, Node node) =>
        filters.MatchesPrefix("id", node.Id.ToString())
        && filters.MatchesPrefix("name", node.Description?.Hostname ?? "")
        && filters.MatchesLabels("label", node.Description?.Engine?.Labels ?? default)
        && filters.MatchesLabels("node.label", node.Spec.Labels)
        && filters.MatchesAny("role", role => Is(role, NodeText.Write(node.Role)))
        && filters.MatchesAny("membership", value => Is(value, NodeText.Write(node.Spec.Membership)));

    private static void CheckValues(DockerFilters filters, string key, string[] known)
    {
        foreach (var value in filters[key])
        {
            if (!known.Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                throw DockerApiException.BadRequest($"Invalid {key} filter: '{value}'");
            }
        }
    }

    private static bool Is(string wanted, string actual) => wanted.Equals(actual, StringComparison.OrdinalIgnoreCase);
}
