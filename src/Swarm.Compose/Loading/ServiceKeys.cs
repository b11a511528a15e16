using Swarm.Compose.Values;

namespace Swarm.Compose.Loading;

/// <summary>Keys of services that a swarm has no use for, as written, before anything else is done with a file.</summary>
internal static class ServiceKeys
{
    private const string UseResources = "Set resource limits using deploy.resources";

    private static readonly Dictionary<string, string> Forbidden = new(StringComparer.Ordinal)
    {
        ["extends"] = "Support for `extends` is not implemented yet.",
        ["volume_driver"] = "Instead of setting the volume driver on the service, define a volume using the top-level "
            + "`volumes` option and specify the driver there.",
        ["volumes_from"] = "To share a volume between services, define it using the top-level `volumes` option and "
            + "reference it from each service that shares it using the service-level `volumes` option.",
        ["cpu_quota"] = UseResources,
        ["cpu_shares"] = UseResources,
        ["cpuset"] = UseResources,
        ["mem_limit"] = UseResources,
        ["memswap_limit"] = UseResources,
    };

    private static readonly Dictionary<string, string> Deprecated = new(StringComparer.Ordinal)
    {
        ["container_name"] = "Setting the container name is not supported.",
        ["expose"] = "Exposing ports is unnecessary - services on the same network can access each other's containers on "
            + "any port.",
    };

    private static readonly HashSet<string> Unsupported = new(StringComparer.Ordinal)
    {
        "build", "cgroupns_mode", "cgroup_parent", "devices", "domainname", "external_links", "ipc", "links",
        "mac_address", "network_mode", "pid", "privileged", "restart", "security_opt", "shm_size", "userns_mode",
    };

    /// <exception cref="StackFileException">A service has keys that must not be used.</exception>
    public static void RefuseForbidden(Value root)
    {
        var found = Keys(root).Where(entry => Forbidden.ContainsKey(entry.Key)).ToList();
        if (found.Count > 0)
        {
            throw new StackFileException(
                "Configuration contains forbidden properties",
                found.Select(entry =>
                    new StackDiagnostic(StackSeverity.Error, entry.Mark, $"{entry.Key}: {Forbidden[entry.Key]}")));
        }
    }

    /// <summary>Keys that are ignored, and where.</summary>
    public static IEnumerable<(string Key, SourceMark Mark)> FindUnsupported(Value root) =>
        Keys(root).Where(entry => Unsupported.Contains(entry.Key));

    /// <summary>Keys that are ignored because nobody needs them any more, with an explanation.</summary>
    public static IEnumerable<(string Key, SourceMark Mark, string Text)> FindDeprecated(Value root) =>
        Keys(root).Where(entry => Deprecated.ContainsKey(entry.Key))
            .Select(entry => (entry.Key, entry.Mark, Deprecated[entry.Key]));

    /// <summary>True for the error of forbidden keys.</summary>
    public static bool IsForbiddenKeys(StackFileException exception) =>
        exception.Message == "Configuration contains forbidden properties";

    private static IEnumerable<(string Key, SourceMark Mark)> Keys(Value root) =>
        root["services"] is { Kind: ValueKind.Map } services
            ? services.Map.SelectMany(service => service.Value.Value is { Kind: ValueKind.Map } keys
                ? keys.Map.Select(member => (member.Key, member.Value.KeyMark))
                : [])
            : [];
}
