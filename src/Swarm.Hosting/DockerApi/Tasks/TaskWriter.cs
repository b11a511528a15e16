namespace Swarm.Hosting.DockerApi;

internal static class TaskWriter
{
    public static TaskDocument Write(SwarmTask task) => new()
    {
        Id = task.Id.Value,
        Version = new(task.Version.Index),
        CreatedAt = task.CreatedAt,
        UpdatedAt = task.UpdatedAt,
        Name = task.Annotations.Name.OrNull(),
        Labels = task.Annotations.Labels.OrEmpty(),
        Spec = TaskSpecWriter.Write(task.Spec),
        ServiceId = task.ServiceId.IsEmpty ? null : task.ServiceId.Value,
        Slot = task.Slot,
        NodeId = task.NodeId.IsEmpty ? null : task.NodeId.Value,
        Status = WriteStatus(task.Status),
        DesiredState = TaskStateText.Write(task.DesiredState),
        NetworksAttachments = task.Networks.OrNull(WriteAttachment),
        GenericResources = task.AssignedGenericResources.OrNull(TaskSpecWriter.WriteGeneric),
        JobIteration = task.JobIteration is { } iteration ? new(iteration.Index) : null,
    };

    private static TaskStatusDocument WriteStatus(SwarmTaskStatus status) => new()
    {
        Timestamp = status.Timestamp,
        State = TaskStateText.Write(status.State),
        Message = status.Message.OrNull(),
        Error = status.Error.OrNull(),
        ContainerStatus = status.Container is not { } container
            ? null
            : new() { ContainerId = container.ContainerId, Pid = container.Pid, ExitCode = container.ExitCode },
        PortStatus = new()
        {
            Ports = status.Ports
                .Where(port => port.Mode == PublishMode.Host)
                .ToValueList()
                .OrNull(ServiceSpecWriter.WritePort),
        },
    };

    private static NetworkAttachmentDocument WriteAttachment(NetworkAttachment attachment) => new()
    {
        Network = WriteNetwork(attachment.Network),
        Addresses = attachment.Addresses.OrNull(),
    };

    private static AttachedNetworkDocument WriteNetwork(Network network) => new()
    {
        Id = network.Id.Value,
        Version = new(network.Version.Index),
        CreatedAt = network.CreatedAt,
        UpdatedAt = network.UpdatedAt,
        Spec = WriteSpec(network.Spec),
        DriverState = TaskSpecWriter.WriteDriver(network.DriverState),
        Addressing = WriteAddressing(network.Ipam),
    };

    private static AttachedNetworkSpecDocument WriteSpec(NetworkSpec spec) => new()
    {
        Name = spec.Name.OrNull(),
        Labels = spec.Labels.OrEmpty(),
        DriverConfiguration = TaskSpecWriter.WriteDriver(spec.Driver),
        Ipv6 = spec.Ipv6,
        Internal = spec.Internal,
        Attachable = spec.Attachable,
        Ingress = spec.Ingress,
        Addressing = WriteAddressing(spec.Ipam),
        ConfigFrom = spec.ConfigFrom.Length == 0 ? null : new(spec.ConfigFrom),
        Scope = "swarm",
    };

    private static AddressingDocument? WriteAddressing(IpamOptions? ipam) => ipam is null
        ? null
        : new AddressingDocument
        {
            Driver = TaskSpecWriter.WriteDriver(ipam.Driver) ?? new(),
            Configs = ipam.Configs.OrNull(c => new SubnetDocument
            {
                Subnet = c.Subnet.OrNull(),
                Range = c.Range.OrNull(),
                Gateway = c.Gateway.OrNull(),
            }),
        };
}
