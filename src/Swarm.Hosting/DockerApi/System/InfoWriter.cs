using Swarm.Execution;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary>Shows the engine: what it runs on, what it runs, and its place in the swarm.</summary>
internal static class InfoWriter
{
    private const string RuntimeName = "swarm";

    private const string TwoManagers =
        "WARNING: Running Swarm in a two-manager configuration. This configuration provides\n"
        + "         no fault tolerance, and poses a high risk to lose control over the cluster.\n"
        + "         Refer to https://docs.docker.com/engine/swarm/admin_guide/ to configure the\n"
        + "         Swarm for fault-tolerance.";

    public static InfoDocument Write(
        ISwarmNode node, InfoSwarmDocument swarm, DockerApiOptions options, MachineFacts machine, DateTimeOffset now)
    {
        var description = node.Description;
        var containers = node.Containers?.ListContainers() ?? [];
        var running = containers.Count(container => container.State == ContainerState.Running);
        var hasMemory = machine.Controllers.Contains("memory");
        var hasCpu = machine.Controllers.Contains("cpu");
        return new InfoDocument
        {
            Id = MachineFacts.EngineIdOf(description.Hostname, options.StateDirectory),
            Containers = containers.Count,
            ContainersRunning = running,
            ContainersStopped = containers.Count - running,
            Plugins = WritePlugins(description.Engine),
            MemoryLimit = hasMemory,
            SwapLimit = hasMemory,
            KernelMemory = hasMemory,
            KernelMemoryTcp = hasMemory,
            CpuCfsPeriod = hasCpu,
            CpuCfsQuota = hasCpu,
            CpuShares = hasCpu,
            CpuSet = machine.Controllers.Contains("cpuset"),
            PidsLimit = machine.Controllers.Contains("pids"),
            SystemTime = now,
            CgroupVersion = machine.CgroupVersion,
            KernelVersion = machine.KernelVersion,
            OperatingSystem = machine.OperatingSystem,
            OsVersion = machine.OsVersion,
            OsType = description.Platform.OperatingSystem,
            Architecture = description.Platform.Architecture,
            Cpus = (int)(description.Resources.NanoCpus / 1_000_000_000),
            MemTotal = description.Resources.MemoryBytes,
            GenericResources = NodeWriter.WriteGeneric(description.Resources.Generic),
            DockerRootDir = options.StateDirectory,
            Name = description.Hostname,
            Labels = WriteLabels(description.Engine),
            ServerVersion = options.ServerVersion,
            Runtimes = new(StringComparer.Ordinal) { [RuntimeName] = new RuntimeDocument("") },
            DefaultRuntime = RuntimeName,
            SecurityOptions = [.. options.SecurityOptions],
            Swarm = swarm,

            // The docker command shows those of the engine only, and Docker's engine repeats its swarm's there.
            Warnings = swarm.Warnings,
        };
    }

    /// <summary>The node's place in the swarm, as far as it knows without asking others.</summary>
    public static InfoSwarmDocument WriteLocal(ISwarmNode node) => new()
    {
        NodeId = node.NodeId.ToString(),
        NodeAddr = node.Address,
        LocalNodeState = StateText(node.State),
        Error = node.Error,
        RemoteManagers = node.RemoteManagers.Count == 0
            ? null
            : [.. node.RemoteManagers.Select(peer => new PeerDocument(peer.NodeId.ToString(), peer.Address))],
    };

    /// <summary>Adds what a manager knows of the whole swarm.</summary>
    public static InfoSwarmDocument WriteManager(
        InfoSwarmDocument local, Cluster cluster, IReadOnlyCollection<Node> nodes)
    {
        var managers = nodes.Count(node => node.ManagerStatus is not null);
        return local with
        {
            ControlAvailable = true,
            Nodes = nodes.Count,
            Managers = managers,
            Cluster = SwarmWriter.Write(cluster),
            Warnings = managers == 2 ? [TwoManagers] : null,
        };
    }

    public static string StateText(LocalNodeState state) => state switch
    {
        LocalNodeState.Pending => "pending",
        LocalNodeState.Active => "active",
        LocalNodeState.Error => "error",
        LocalNodeState.Locked => "locked",
        _ => "inactive",
    };

    private static InfoPluginsDocument WritePlugins(EngineDescription? engine)
    {
        return new InfoPluginsDocument
        {
            Volume = NamesOf("Volume"),
            Network = NamesOf("Network"),
            Log = NamesOf("Log"),
        };

        string[] NamesOf(string type) =>
            [.. (engine?.Plugins ?? default).Where(plugin => plugin.Type == type).Select(plugin => plugin.Name)];
    }

    private static string[] WriteLabels(EngineDescription? engine)
    {
        var labels = new List<string>();
        foreach (var (key, value) in engine?.Labels ?? default)
        {
            labels.Add($"{key}={value}");
        }

        return [.. labels];
    }
}
