namespace Swarm.Control;

/// <summary>Takes out of objects what reads never show: keys, values of secrets, registry credentials.</summary>
internal static class Redaction
{
    private const string DefaultPool = "10.0.0.0/8";
    private const int DefaultSubnetSize = 24;
    private const int DefaultVxlanPort = 4789;

    public static ClusterObject Of(ClusterObject value) => value switch
    {
        Service service => Of(service),
        SwarmTask task => Of(task),
        Cluster cluster => Of(cluster),
        Secret secret => Of(secret),
        _ => value,
    };

    public static Secret Of(Secret secret) => secret with { Spec = secret.Spec with { Data = default } };

    public static Service Of(Service service)
    {
        var (spec, previous) = (Of(service.Spec), service.PreviousSpec is { } before ? Of(before) : null);
        return ReferenceEquals(spec, service.Spec) && ReferenceEquals(previous, service.PreviousSpec)
            ? service
            : service with { Spec = spec, PreviousSpec = previous };
    }

    public static SwarmTask Of(SwarmTask task)
    {
        var spec = Of(task.Spec);
        return ReferenceEquals(spec, task.Spec) ? task : task with { Spec = spec };
    }

    /// <summary>The cluster without keys, and with the defaults that zeros stand for; join tokens stay.</summary>
    public static Cluster Of(Cluster cluster) => cluster with
    {
        RootCa = cluster.RootCa with
        {
            PrivateKey = "",
            Rotation = cluster.RootCa.Rotation is { } rotation ? rotation with { PrivateKey = "" } : null,
        },
        UnlockKeys = default,
        NetworkBootstrapKeys = default,
        DefaultAddressPool = cluster.DefaultAddressPool.IsEmpty ? [DefaultPool] : cluster.DefaultAddressPool,
        SubnetSize = cluster.SubnetSize == 0 ? DefaultSubnetSize : cluster.SubnetSize,
        VxlanPort = cluster.VxlanPort == 0 ? DefaultVxlanPort : cluster.VxlanPort,
        Spec = cluster.Spec with
        {
            CaConfig = cluster.Spec.CaConfig with { SigningCaCertificate = "", SigningCaKey = "" },
        },
    };

    private static ServiceSpec Of(ServiceSpec spec)
    {
        var template = Of(spec.TaskTemplate);
        return ReferenceEquals(template, spec.TaskTemplate) ? spec : spec with { TaskTemplate = template };
    }

    private static TaskSpec Of(TaskSpec spec) =>
        spec.Workload is ContainerSpec { RegistryAuth.Length: > 0 } container
            ? spec with { Workload = container with { RegistryAuth = "" } }
            : spec;
}
