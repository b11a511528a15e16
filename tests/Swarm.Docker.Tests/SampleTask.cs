using Swarm.Execution;

namespace Swarm.Docker.Tests;

/// <summary>A task on a node, to be changed by tests.</summary>
internal static class SampleTask
{
    public static readonly NodeId Node = new("node1");

    public static SwarmTask Of(ContainerSpec spec) => new()
    {
        Id = new("task1"),
        ServiceId = new("service1"),
        ServiceAnnotations = new() { Name = "web" },
        Slot = 3,
        NodeId = Node,
        Spec = new() { Workload = spec },
    };

    public static SwarmTask WithPorts(params PortPublication[] ports) => Of(new() { Image = "app:1" }) with
    {
        Endpoint = new() { Ports = ports.ToValueList() },
    };

    public static NetworkAttachment On(NetworkSpec spec, params string[] aliases) => new()
    {
        Network = new() { Id = new($"id-{spec.Name}"), Spec = spec },
        Aliases = aliases.ToValueList(),
    };

    /// <summary>A node without secrets and configs.</summary>
    internal sealed class Dependencies : ITaskDependencies
    {
        public NodeId NodeId => SampleTask.Node;

        public NodeDescription Node { get; } = new() { Hostname = "host1", Platform = new("x86_64", "linux") };

        public Secret? FindSecret(SecretId id) => null;

        public Config? FindConfig(ConfigId id) => null;
    }
}
