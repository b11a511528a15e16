namespace Swarm.Dispatch;

/// <summary>The objects a task needs on its node.</summary>
internal static class TaskReferences
{
    public static IEnumerable<SecretId> SecretsOf(TaskSpec spec)
    {
        if (spec.Workload is ContainerSpec container)
        {
            foreach (var reference in (IEnumerable<SecretReference>)container.Secrets)
            {
                yield return reference.SecretId;
            }
        }

        foreach (var id in OfType(spec, ResourceType.Secret))
        {
            yield return new SecretId(id);
        }
    }

    public static IEnumerable<ConfigId> ConfigsOf(TaskSpec spec)
    {
        if (spec.Workload is ContainerSpec container)
        {
            foreach (var reference in (IEnumerable<ConfigReference>)container.Configs)
            {
                yield return reference.ConfigId;
            }
        }

        foreach (var id in OfType(spec, ResourceType.Config))
        {
            yield return new ConfigId(id);
        }
    }

    /// <summary>Id of the copy of a secret that is made for one task alone.</summary>
    public static SecretId CopyFor(SecretId secret, TaskId task) => new($"{secret}.{task}");

    private static IEnumerable<string> OfType(TaskSpec spec, ResourceType type) =>
        spec.ResourceReferences.Where(reference => reference.Type == type).Select(reference => reference.ResourceId);
}
