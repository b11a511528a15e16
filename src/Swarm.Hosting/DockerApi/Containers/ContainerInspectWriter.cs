using System.Globalization;
using System.Text.Json;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

internal static class ContainerInspectWriter
{
    public static ContainerInspectDocument Write(ContainerInfo container) => new()
    {
        Id = container.Id,
        Created = container.CreatedAt,
        Path = container.CommandLine.IsEmpty ? "" : container.CommandLine[0],
        Args = container.CommandLine.IsEmpty ? [] : [.. container.CommandLine.AsSpan()[1..]],
        State = WriteState(container),
        Image = ContainerText.ImageId(container.Image),
        Name = "/" + container.Name,
        HostConfig = WriteHostConfig(container),
        Mounts = ContainerWriter.WriteMounts(container),
        Config = WriteConfig(container),
        NetworkSettings = new()
        {
            Ports = WritePorts(container),
            Networks = ContainerWriter.WriteNetworks(container),
        },
    };

    private static ContainerStateDocument WriteState(ContainerInfo container) => new()
    {
        Status = ContainerText.State(container.State),
        Running = container.State == ContainerState.Running,
        Pid = container.Pid,
        ExitCode = container.ExitCode,
        StartedAt = container.StartedAt ?? default,
        FinishedAt = container.FinishedAt ?? default,
        Health = container.Health is not { } health
            ? null
            : new(health.Status, health.FailingStreak, health.Log.OrNull(WriteResult) ?? []),
    };

    private static HealthResultDocument WriteResult(HealthResult result) => new(
        result.Start,
        result.End,
        result.ExitCode,
        result.Output);

    private static ContainerConfigDocument WriteConfig(ContainerInfo container)
    {
        var spec = container.Task.Spec.Workload as ContainerSpec;
        return new()
        {
            Hostname = container.Hostname,
            User = spec?.User ?? "",
            Tty = spec?.Tty ?? false,
            OpenStdin = spec?.OpenStdin ?? false,
            Env = container.Environment.OrNull(v => v.ToString()) ?? [],
            Cmd = container.CommandLine.OrNull() ?? [],
            Healthcheck = spec?.HealthCheck is { } health
                ? JsonSerializer.SerializeToElement(
                    ContainerSpecWriter.WriteHealthCheck(health),
                    ServiceJson.Wire.HealthCheckDocument)
                : null,
            Image = container.Image,
            WorkingDir = container.WorkingDirectory,
            Labels = container.Labels.OrEmpty(),
            StopSignal = spec?.StopSignal.OrNull(),
        };
    }

    private static HostConfigDocument WriteHostConfig(ContainerInfo container)
    {
        var spec = container.Task.Spec.Workload as ContainerSpec;
        var limits = container.Task.Spec.Resources?.Limits;
        return new()
        {
            NetworkMode = ContainerWriter.NetworkMode(container),
            Memory = limits?.MemoryBytes ?? 0,
            NanoCpus = limits?.NanoCpus ?? 0,
            PidsLimit = limits is { Pids: > 0 } ? limits.Pids : null,
            MemoryReservation = container.Task.Spec.Resources?.Reservations?.MemoryBytes ?? 0,
            ReadonlyRootfs = spec?.ReadOnly ?? false,
            OomScoreAdj = spec?.OomScoreAdjustment ?? 0,
            Init = spec?.Init,
            Mounts = spec?.Mounts.OrNull(m => JsonSerializer.SerializeToElement(
                ContainerSpecWriter.WriteMount(m),
                ServiceJson.Wire.MountDocument)),
        };
    }

    private static Dictionary<string, PortBindingDocument[]?> WritePorts(ContainerInfo container)
    {
        var ports = new Dictionary<string, PortBindingDocument[]?>(StringComparer.Ordinal);
        foreach (var port in container.Ports)
        {
            var name = string.Create(
                CultureInfo.InvariantCulture,
                $"{port.TargetPort}/{EnumText.Write(port.Protocol)}");
            ports[name] = port.PublishedPort == 0
                ? null
                : [new("0.0.0.0", port.PublishedPort.ToString(CultureInfo.InvariantCulture))];
        }

        return ports;
    }
}
