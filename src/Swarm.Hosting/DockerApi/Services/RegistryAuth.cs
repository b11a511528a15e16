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

    /// <summary>
    /// Sets the credentials that came with an update. Without any the swarm keeps those it
    /// has, which reads do not show.
    /// </summary>
    /// <exception cref="DockerApiException">Status 400: <paramref name="from"/> names no stored spec.</exception>
    public static ServiceSpec SetOrKeep(ServiceSpec spec, string credentials, string from, Service current)
    {
        if (credentials.Length > 0)
        {
            return Set(spec, credentials);
        }

        return from switch
        {
            "" or "spec" => spec,
            "previous-spec" when current.PreviousSpec is not null => spec,
            "previous-spec" => throw DockerApiException.BadRequest("service does not have a previous spec"),
            _ => throw DockerApiException.BadRequest("unsupported registryAuthFrom value"),
        };
    }
}
