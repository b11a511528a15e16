using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What creating, updating, rolling back and removing a service does to the store.</summary>
internal static class ServiceChanges
{
    /// <summary>Message of a rollback that a user asked for.</summary>
    public const string ManualRollback = "manually requested rollback";

    public static Service Create(StoreTransaction transaction, ServiceId id, ServiceSpec requested)
    {
        var spec = ServiceReferences.ResolveNetworks(transaction, requested);
        PublishedPorts.RequireFree(transaction, spec.Endpoint, id);
        ServiceReferences.RequireIngress(transaction, spec);
        ServiceReferences.RequireFiles(transaction, spec);
        if (transaction.Services.FindByName(spec.Name) is not null)
        {
            throw new SwarmException(
                SwarmErrorCode.AlreadyExists,
                $"name conflicts with an existing object: service {spec.Name} already exists");
        }

        return transaction.Create(new Service
        {
            Id = id,
            Spec = spec,
            JobStatus = spec.Mode.IsJob ? new(default, transaction.Now) : null,
        });
    }

    public static Service Update(
        StoreTransaction transaction,
        ServiceId id,
        ObjectVersion version,
        ServiceSpec requested)
    {
        var service = Find(transaction, id);
        var spec = KeepRegistryAuth(ServiceReferences.ResolveNetworks(transaction, requested), service.Spec);
        if (spec.Endpoint is not null && spec.Endpoint != service.Spec.Endpoint)
        {
            PublishedPorts.RequireFree(transaction, spec.Endpoint, id);
        }

        RequireNetworksInTaskTemplate(spec, service.Spec);
        ServiceReferences.RequireFiles(transaction, spec);
        RequireSameKind(spec, service.Spec);
        ServiceReferences.RequireIngress(transaction, spec);
        return Replace(transaction, service, ReadVersion.Of(transaction, service, version), spec);
    }

    /// <summary>Puts a spec that keeps all rules in place; the former one is what a rollback returns to.</summary>
    public static Service Replace(
        StoreTransaction transaction,
        Service service,
        ObjectVersion version,
        ServiceSpec spec) => transaction.Update(service with
        {
            Version = version,
            Spec = spec,
            SpecVersion = version,
            PreviousSpec = service.Spec,
            PreviousSpecVersion = service.SpecVersion,
            RolloutStatus = null,
            JobStatus = NextRun(service, transaction),
        });

    public static Service Rollback(StoreTransaction transaction, ServiceId id, ObjectVersion? version)
    {
        var service = Find(transaction, id);
        if (service.PreviousSpec is not { } previous)
        {
            throw SwarmException.FailedPrecondition($"service {id} does not have a previous spec");
        }

        return transaction.Update(service with
        {
            Version = version is { } read ? ReadVersion.Of(transaction, service, read) : service.Version,
            Spec = previous,
            SpecVersion = service.PreviousSpecVersion ?? default,
            PreviousSpec = service.Spec,
            PreviousSpecVersion = service.SpecVersion,
            RolloutStatus = new(RolloutState.RollbackStarted, transaction.Now, null, ManualRollback),
            JobStatus = NextRun(service, transaction),
        });
    }

    public static void Remove(StoreTransaction transaction, ServiceId id) => transaction.Remove(Find(transaction, id));

    // Any update runs a job again; users rely on it to repeat one.
    private static JobStatus? NextRun(Service service, StoreTransaction transaction) =>
        service.JobStatus is { } run ? new(new(run.Iteration.Index + 1), transaction.Now) : null;

    private static Service Find(StoreTransaction transaction, ServiceId id) =>
        transaction.Services.Find(id.ToString()) ?? throw SwarmException.NotFound($"service {id} not found");

    // Reads do not show it, so a caller who changes what was read could not give it back.
    private static ServiceSpec KeepRegistryAuth(ServiceSpec spec, ServiceSpec current) =>
        spec.TaskTemplate.Workload is ContainerSpec { RegistryAuth.Length: 0 } container
        && current.TaskTemplate.Workload is ContainerSpec { RegistryAuth: { Length: > 0 } auth }
            ? spec with { TaskTemplate = spec.TaskTemplate with { Workload = container with { RegistryAuth = auth } } }
            : spec;

    private static void RequireNetworksInTaskTemplate(ServiceSpec spec, ServiceSpec current)
    {
        if (spec.Networks != current.Networks && spec.TaskTemplate.Networks == current.TaskTemplate.Networks)
        {
            throw Unimplemented("networks must be migrated to TaskSpec before being changed");
        }
    }

    private static void RequireSameKind(ServiceSpec spec, ServiceSpec current)
    {
        if (spec.Mode.GetType() != current.Mode.GetType())
        {
            throw Unimplemented("service mode change is not allowed");
        }

        if (spec.Name != current.Name)
        {
            throw Unimplemented("renaming services is not supported");
        }
    }

    private static SwarmException Unimplemented(string message) => new(SwarmErrorCode.Unimplemented, message);
}
