using Swarm.Docker.Engine;
using Swarm.Execution;
using Swarm.Templating;

namespace Swarm.Docker.Execution;

/// <summary>Turns a task into the container that the engine's own executor would make of it. Pure.</summary>
internal static class ContainerPlanner
{
    private const string LabelPrefix = "com.docker.swarm.";

    /// <summary>Label of all containers of tasks.</summary>
    internal const string TaskLabel = $"{LabelPrefix}task";

    /// <summary>Label with the id of the task.</summary>
    internal const string TaskIdLabel = $"{LabelPrefix}task.id";

    /// <summary>Label with the id of the node.</summary>
    internal const string NodeIdLabel = $"{LabelPrefix}node.id";

    /// <summary>The plan of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="dependencies">The node.</param>
    /// <param name="meshAddress">Where ports for the mesh are published; empty for every address.</param>
    /// <exception cref="TaskRejectedException">The task cannot run as a container.</exception>
    internal static ContainerPlan Plan(SwarmTask task, ITaskDependencies dependencies, string meshAddress)
    {
        var spec = Expand(task, dependencies);
        if (spec.Image.Length == 0)
        {
            throw new TaskRejectedException("dockerexec: image required");
        }

        var image = ImageName.Familiar(spec.Image);
        var networks = TaskNetwork.Of(task);
        var ports = PortPlanner.Plan(task.Endpoint?.Ports ?? default, meshAddress);
        return new(image, spec.RegistryAuth, networks, new()
        {
            Image = image,
            Hostname = spec.Hostname.OrNull(),
            User = spec.User.OrNull(),
            Tty = spec.Tty,
            OpenStdin = spec.OpenStdin,
            Env = EnvironmentOf(task, spec),
            Entrypoint = spec.Command.ToDocument(),
            Cmd = spec.Args.ToDocument(),
            WorkingDir = spec.WorkingDirectory.OrNull(),
            Labels = LabelsOf(task, spec, dependencies.NodeId),
            StopSignal = spec.StopSignal.OrNull(),
            ExposedPorts = ports?.ToDictionary(port => port.Key, _ => new NothingDocument(), StringComparer.Ordinal),
            HealthCheck = spec.HealthCheck is { } check ? Write(check) : null,
            HostConfig = HostConfigOf(task, spec, networks) with { PortBindings = ports },
            NetworkingConfig = ContainerPlan.FirstOf(networks),
        });
    }

    private static ContainerSpec Expand(SwarmTask task, ITaskDependencies dependencies)
    {
        var spec = task.Spec.Workload as ContainerSpec
            ?? throw new TaskRejectedException("the docker executor runs containers only");
        try
        {
            return TemplateExpander.Expand(
                spec, TemplateContext.ForTask(task, dependencies.NodeId, dependencies.Node));
        }
        catch (SwarmException exception)
        {
            throw new TaskRejectedException(exception.Message, exception);
        }
    }

    private static string[]? EnvironmentOf(SwarmTask task, ContainerSpec spec)
    {
        string[] environment =
        [
            .. spec.Environment.Concat(ResourceVariables.Of(task)).Select(variable => variable.ToString()),
        ];
        return environment.Length == 0 ? null : environment;
    }

    // Whatever user and orchestrator say, the swarm's own labels are right.
    private static Dictionary<string, string> LabelsOf(SwarmTask task, ContainerSpec spec, NodeId node)
    {
        var labels = spec.Labels.ToDocument() ?? new(StringComparer.Ordinal);
        foreach (var (key, value) in task.Annotations.Labels)
        {
            labels[key] = value;
        }

        labels[TaskLabel] = "";
        labels[TaskIdLabel] = task.Id.ToString();
        labels[$"{LabelPrefix}task.name"] = task.Name;
        labels[NodeIdLabel] = node.ToString();
        labels[$"{LabelPrefix}service.id"] = task.ServiceId.ToString();
        labels[$"{LabelPrefix}service.name"] = task.ServiceAnnotations.Name;
        return labels;
    }

    private static HealthCheckDocument Write(HealthCheck check) => new()
    {
        Test = check.Test.ToDocument(),
        Interval = check.Interval.ToNanoseconds(),
        Timeout = check.Timeout.ToNanoseconds(),
        StartPeriod = check.StartPeriod.ToNanoseconds(),
        StartInterval = check.StartInterval is { Ticks: > 0 } time ? time.ToNanoseconds() : null,
        Retries = check.Retries,
    };

    private static HostConfigDocument HostConfigOf(
        SwarmTask task, ContainerSpec spec, ValueList<TaskNetwork> networks)
    {
        var resources = task.Spec.Resources;
        var limits = resources?.Limits;
        return new()
        {
            NetworkMode = networks is [var first, ..] ? first.Name : null,
            Mounts = spec.Mounts.IsEmpty ? null : [.. spec.Mounts.Select(MountPlanner.Plan)],
            ReadonlyRootfs = spec.ReadOnly,
            Isolation = IsolationOf(spec.Isolation),
            Init = spec.Init,
            Sysctls = spec.Sysctls.ToDocument(),
            CapAdd = spec.CapabilityAdd.ToDocument(),
            CapDrop = spec.CapabilityDrop.ToDocument(),
            GroupAdd = spec.Groups.ToDocument(),
            Dns = (spec.Dns?.Nameservers ?? default).ToDocument(),
            DnsSearch = (spec.Dns?.Search ?? default).ToDocument(),
            DnsOptions = (spec.Dns?.Options ?? default).ToDocument(),
            ExtraHosts = HostsOf(spec.Hosts),
            SecurityOpt = SecurityPlanner.Plan(spec.Privileges),
            LogConfig = task.LogDriver is { } driver ? new(driver.Name, driver.Options.ToDocument()) : null,
            Ulimits = spec.Ulimits.IsEmpty
                ? null
                : [.. spec.Ulimits.Select(limit => new UlimitDocument(limit.Name, limit.Soft, limit.Hard))],
            Memory = limits?.MemoryBytes.OrNull(),
            MemorySwap = SwapOf(limits, resources?.SwapBytes),
            MemorySwappiness = resources?.MemorySwappiness,
            NanoCpus = limits?.NanoCpus.OrNull(),
            PidsLimit = limits?.Pids.OrNull(),
            OomScoreAdj = spec.OomScoreAdjustment == 0 ? null : spec.OomScoreAdjustment,
        };
    }

    private static string? IsolationOf(Isolation isolation) => isolation switch
    {
        Isolation.Process => "process",
        Isolation.HyperV => "hyperv",
        _ => null,
    };

    // The engine takes memory and swap as one number, and only with a limit of memory.
    private static long? SwapOf(ResourceLimits? limits, long? swap) => limits is { MemoryBytes: > 0 }
        ? swap switch
        {
            -1 => -1,
            >= 0 => limits.MemoryBytes + swap,
            _ => null,
        }
        : null;

    // From lines of a hosts file, address first, to the engine's name first; one name is all it takes.
    private static string[]? HostsOf(ValueList<string> lines)
    {
        string[] hosts =
        [
            .. lines
                .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words.Length > 1)
                .Select(words => $"{words[1]}:{words[0]}"),
        ];
        return hosts.Length == 0 ? null : hosts;
    }
}
