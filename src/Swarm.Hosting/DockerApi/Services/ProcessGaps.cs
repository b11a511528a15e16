namespace Swarm.Hosting.DockerApi;

/// <summary>
/// What nodes that run processes pass over in a spec, in sentences. What would leave a task less shut in than asked for
/// is no matter of a warning: such a task is rejected there.
/// </summary>
internal static class ProcessGaps
{
    private const string There = "nodes that run tasks as processes";

    public static IEnumerable<string> Of(ServiceSpec spec)
    {
        var task = spec.TaskTemplate;
        var container = task.Workload as ContainerSpec ?? new();
        if (container.Tty || container.OpenStdin)
        {
            yield return $"the tasks get a terminal on Docker Engines only: {There} have none";
        }

        if (task.LogDriver is { Name: "none" })
        {
            yield return $"log driver none is for Docker Engines only: {There} keep the output of each task";
        }
        else if (task.LogDriver is { Options.IsEmpty: false } driver)
        {
            yield return $"options of log driver {driver.Name} are for Docker Engines only: {There} keep the last 10 to "
                + "20 MB of the output of each task";
        }

        if (container.Mounts.Any(mount => mount is { Type: MountType.Bind, Bind: { } bind } && IsAsked(bind)))
        {
            yield return $"options of bind mounts are for Docker Engines only: {There} show them the mounts of the node";
        }

        if (NetworksOf(spec).Any(network => !network.DriverOptions.IsEmpty))
        {
            yield return $"driver options of networks are for Docker Engines only: {There} have no network of their own";
        }

        if (task.Resources?.MemorySwappiness is not null)
        {
            yield return $"memory swappiness is for Docker Engines only: {There} do not set it";
        }
    }

    // Clients of old have them beside the template.
    public static IEnumerable<NetworkAttachmentSpec> NetworksOf(ServiceSpec spec) =>
        spec.TaskTemplate.Networks.Concat(spec.Networks);

    public static string InternalNetwork(string name) =>
        $"network {name} is internal on Docker Engines only: {There} let them reach whatever the node reaches";

    private static bool IsAsked(BindOptions bind) => bind.NonRecursive
        || bind.ReadOnlyNonRecursive
        || bind.ReadOnlyForceRecursive
        || bind.Propagation is not ("" or "rprivate");
}
