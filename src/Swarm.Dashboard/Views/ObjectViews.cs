using Swarm.Control;

namespace Swarm.Dashboard;

/// <summary>Makes documents of objects.</summary>
internal static class ObjectViews
{
    private const string StackLabel = "com.docker.stack.namespace";
    private const int LongestText = 500;

    public static NodeDocument Of(Node node) => new(
        node.Id.Value,
        NameOf(node),
        Lower(node.Role),
        Lower(node.Spec.Availability),
        Lower(node.Status.State),
        Time(node.CreatedAt),
        Text(node.Status.Message),
        Text(node.Status.Address),
        Processors(node.Description?.Resources.NanoCpus ?? 0),
        node.Description?.Resources.MemoryBytes ?? 0,
        Text(node.Description?.Platform.OperatingSystem),
        Text(node.Description?.Platform.Architecture),
        Text(node.Description?.Engine?.Version),
        Labels(node.Spec.Labels),
        Labels(node.Description?.Engine?.Labels ?? default));

    public static ServiceDocument Of(Service service)
    {
        var (mode, replicas, concurrent) = service.Spec.Mode switch
        {
            ReplicatedMode replicated => ("replicated", replicated.Replicas, 0L),
            GlobalMode => ("global", 0L, 0L),
            ReplicatedJobMode job => ("replicated-job", job.TotalCompletions, job.MaxConcurrent),
            _ => ("global-job", 0L, 0L),
        };
        var networks = service.Spec.TaskTemplate.Networks.IsEmpty
            ? service.Spec.Networks
            : service.Spec.TaskTemplate.Networks;
        return new ServiceDocument(
            service.Id.Value,
            service.Spec.Name,
            mode,
            replicas,
            concurrent,
            Text((service.Spec.TaskTemplate.Workload as ContainerSpec)?.Image),
            Text(service.Spec.Labels[StackLabel]),
            Ports(service.Endpoint?.Ports ?? service.Spec.Endpoint?.Ports ?? default),
            Strings(networks.Select(network => network.Target)),
            service.RolloutStatus is { } rollout ? Of(rollout) : null,
            service.SpecVersion.Index,
            service.JobStatus?.Iteration.Index ?? 0,
            Time(service.CreatedAt),
            Time(service.UpdatedAt));
    }

    /// <param name="task">The task.</param>
    /// <param name="image">Image of its service now, which is not repeated.</param>
    public static TaskDocument Of(SwarmTask task, string? image) => new(
        task.Id.Value,
        Text(task.ServiceId.Value),
        Text(task.NodeId.Value),
        task.Slot,
        Text(task.Annotations.Name),
        Lower(task.Status.State),
        Lower(task.DesiredState),
        Time(task.Status.Timestamp == default ? task.CreatedAt : task.Status.Timestamp),
        Short(task.Status.Message),
        Short(task.Status.Error),
        Time(task.CreatedAt),
        task.SpecVersion?.Index ?? 0,
        task.JobIteration?.Index ?? 0,
        task.Spec.Workload is ContainerSpec container && container.Image != image ? container.Image : null,
        task.Status.Container?.ExitCode ?? 0,
        Processors(task.Spec.Resources?.Reservations?.NanoCpus ?? 0),
        task.Spec.Resources?.Reservations?.MemoryBytes ?? 0);

    public static NetworkDocument Of(Network network) => new(
        network.Id.Value,
        network.Spec.Name,
        network.DriverState?.Name ?? network.Spec.Driver?.Name ?? "overlay",
        Strings((network.Ipam ?? network.Spec.Ipam)?.Configs.Select(config => config.Subnet) ?? []),
        network.Spec.Ingress,
        network.Spec.Internal,
        network.Spec.Attachable,
        network.Spec.Ipv6,
        Text(network.Spec.Labels[StackLabel]),
        Time(network.CreatedAt));

    public static string NameOf(Node node) => node.Description?.Hostname is { Length: > 0 } hostname ? hostname
        : node.Spec.Name is { Length: > 0 } name ? name : node.Id.Value;

    public static PortDocument[]? Ports(ValueList<PortPublication> ports) => ports.IsEmpty
        ? null
        : [.. ports.Select(port => new PortDocument(
            port.TargetPort,
            port.PublishedPort,
            Lower(port.Protocol),
            Lower(port.Mode)))];

    public static string[]? Strings(IEnumerable<string> texts) =>
        texts.ToArray() is { Length: > 0 } found ? found : null;

    public static Dictionary<string, string>? Labels(ValueDictionary<string> labels) =>
        labels.IsEmpty ? null : new(labels, StringComparer.Ordinal);

    public static long Time(DateTimeOffset time) => time == default ? 0 : time.ToUnixTimeMilliseconds();

    public static double Processors(long nano) => Math.Round(nano / 1e9, 3);

    public static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;

    public static string? Short(string text) => text.Length > LongestText ? text[..LongestText] + "…" : Text(text);

    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static RolloutDocument Of(RolloutStatus rollout) => new(
        RolloutText.Write(rollout.State) ?? "unknown",
        Time(rollout.StartedAt),
        Time(rollout.CompletedAt ?? default),
        Short(rollout.Message));
}
