namespace Swarm.Hosting.Wire.Mapping;

/// <summary>What is known of a task.</summary>
internal static class TaskStatusMapping
{
    public static Protos.TaskStatus ToWire(this SwarmTaskStatus status)
    {
        var wire = new Protos.TaskStatus
        {
            Timestamp = status.Timestamp.ToWire(),
            State = (Protos.TaskState)status.State,
            Message = status.Message,
            Err = status.Error,
            Container = status.Container is not { } container
                ? null
                : new() { ContainerId = container.ContainerId, Pid = container.Pid, ExitCode = container.ExitCode },
            AppliedBy = status.AppliedBy.ToString(),
            AppliedAt = status.AppliedAt.ToWire(),
        };
        if (!status.Ports.IsEmpty)
        {
            wire.PortStatus = new();
            wire.PortStatus.Ports.Fill(status.Ports, EndpointMapping.ToWire);
        }

        return wire;
    }

    public static SwarmTaskStatus ToRecord(this Protos.TaskStatus? wire) => wire is null
        ? SwarmTaskStatus.New
        : new()
        {
            Timestamp = wire.Timestamp.ToTime(),
            State = (TaskState)wire.State,
            Message = wire.Message,
            Error = wire.Err,
            Container = wire.Container is { } container
                ? new(container.ContainerId, container.Pid, container.ExitCode)
                : null,
            Ports = wire.PortStatus?.Ports.ToList(EndpointMapping.ToRecord) ?? default,
            AppliedBy = wire.AppliedBy.Length == 0 ? default : new(wire.AppliedBy),
            AppliedAt = wire.AppliedAt.ToOptionalTime(),
        };
}
