namespace Swarm.Hosting.DockerApi;

/// <summary>Makes the domain's spec of a client's document; refuses what the Engine's API layer refuses.</summary>
internal static class ServiceSpecReader
{
    public static ServiceSpec Read(ServiceSpecDocument document)
    {
        var task = TaskSpecReader.Read(document.TaskTemplate ?? new());
        return new ServiceSpec
        {
            Name = document.Name ?? "",
            Labels = document.Labels.ToValues(),
            TaskTemplate = task,
            Mode = ReadMode(document.Mode),
            Update = ReadUpdate(document.UpdateConfig),
            Rollback = ReadUpdate(document.RollbackConfig),
            Endpoint = ReadEndpoint(document.EndpointSpec),
            Networks = document.Networks.ToValues(TaskSpecReader.ReadNetwork),
        };
    }

    private static ServiceMode ReadMode(ServiceModeDocument? mode)
    {
        mode ??= new();
        object?[] given = [mode.Replicated, mode.Global, mode.ReplicatedJob, mode.GlobalJob];
        if (given.Count(m => m is not null) > 1)
        {
            throw DockerApiException.BadRequest("must specify only one service mode");
        }

        if (mode.Global is not null)
        {
            return new GlobalMode();
        }

        if (mode.GlobalJob is not null)
        {
            return new GlobalJobMode();
        }

        if (mode.ReplicatedJob is { } job)
        {
            var concurrent = job.MaxConcurrent ?? 1;
            return new ReplicatedJobMode(
                ReadCount(concurrent, "Maximum concurrent jobs must not be negative"),
                ReadCount(job.TotalCompletions ?? concurrent, "Total completed jobs must not be negative"));
        }

        return new ReplicatedMode(
            ReadCount(mode.Replicated?.Replicas ?? 1, "Number of replicas must be non-negative"));
    }

    // A negative number on a command line arrives as a number with the top bit set.
    private static long ReadCount(ulong count, string refusal) =>
        count <= long.MaxValue ? (long)count : throw SwarmException.InvalidArgument(refusal);

    private static UpdatePolicy? ReadUpdate(UpdateConfigDocument? config) => config is null
        ? null
        : new UpdatePolicy
        {
            Parallelism = config.Parallelism,
            Delay = config.Delay.ToDuration(),
            FailureAction = EnumText.ReadFailureAction(config.FailureAction),
            Monitor = config.Monitor == 0 ? null : config.Monitor.ToDuration(),
            MaxFailureRatio = config.MaxFailureRatio,
            Order = EnumText.ReadUpdateOrder(config.Order),
        };

    private static EndpointSpec? ReadEndpoint(EndpointSpecDocument? endpoint) => endpoint is null
        ? null
        : new EndpointSpec
        {
            Mode = EnumText.ReadResolutionMode(endpoint.Mode),
            Ports = endpoint.Ports.ToValues(ReadPort),
        };

    private static PortPublication ReadPort(PortDocument port) => new(
        ReadPortNumber(port.TargetPort),
        ReadPortNumber(port.PublishedPort),
        EnumText.ReadProtocol(port.Protocol),
        EnumText.ReadPublishMode(port.PublishMode),
        port.Name ?? "");

    private static int ReadPortNumber(uint number) =>
        number <= ushort.MaxValue
            ? (int)number
            : throw DockerApiException.BadRequest($"invalid port number {number}: Must be at most 65535");
}
