namespace Swarm.Hosting.DockerApi;

internal static class ServiceFilter
{
    public static bool Matches(DockerFilters filters, Service service) =>
        filters.MatchesPrefix("id", service.Id.Value)
        && filters.MatchesPrefix("name", service.Spec.Name)
        && filters.MatchesLabels("label", service.Spec.Labels)
        && filters.MatchesExact("mode", ModeOf(service.Spec.Mode))
        && MatchesRuntime(filters, service.Spec.TaskTemplate.Workload);

    /// <summary>Plugins and attached containers only show when asked for.</summary>
    public static bool MatchesRuntime(DockerFilters filters, Workload? workload)
    {
        var runtime = workload switch
        {
            null or ContainerSpec => "container",
            AttachmentSpec => "attachment",
            GenericSpec generic => generic.RuntimeKind,
            _ => "",
        };
        return filters.Has("runtime") ? filters.MatchesExact("runtime", runtime) : runtime == "container";
    }

    private static string ModeOf(ServiceMode mode) => mode switch
    {
        GlobalMode => "global",
        ReplicatedJobMode => "replicated-job",
        GlobalJobMode => "global-job",
        _ => "replicated",
    };
}
