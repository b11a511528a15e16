namespace Swarm.Hosting.DockerApi;

/// <summary>Registry credentials of a service: they come in a header and stay with the container spec.</summary>
internal static class RegistryAuth
{
    public static ServiceSpec Set(ServiceSpec spec, string credentials) =>
        credentials.Length > 0 && spec.TaskTemplate.Workload is ContainerSpec container
            ? spec with
            {
                TaskTemplate = spec.TaskTemplate with
                {
                    Workload = container with { RegistryAuth = credentials },
                },
            }
            : spec;

    /// <summary>Credentials of an update: those sent with it, or else those of the stored spec it names.</summary>
    public static ServiceSpec Carry(ServiceSpec spec, string credentials, string from, Service current)
    {
        if (credentials.Length > 0)
        {
            return Set(spec, credentials);
        }

        var source = from switch
        {
            "" or "spec" => current.Spec,
            "previous-spec" => current.PreviousSpec
                ?? throw DockerApiException.BadRequest("service does not have a previous spec"),
            _ => throw DockerApiException.BadRequest("unsupported registryAuthFrom value"),
        };
        return source.TaskTemplate.Workload is ContainerSpec container
            ? Set(spec, container.RegistryAuth)
            : throw DockerApiException.BadRequest("service does not use container tasks");
    }
}
