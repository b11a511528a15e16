namespace Swarm.Hosting;

/// <summary>Settings of a worker that lives in this process.</summary>
public sealed class SwarmWorkerOptions
{
    /// <summary>Host name under which the node shows up; must differ from the other nodes of this process.</summary>
    /// <value>Default null: <c>worker-1</c>, <c>worker-2</c> and so on.</value>
    public string? NodeName { get; set; }

    /// <summary>Manager to join, as <c>host:port</c>; null joins the manager in the same process.</summary>
    /// <value>Default null.</value>
    public string? JoinAddress { get; set; }

    /// <summary>Token for <see cref="JoinAddress"/>: <c>SWMTKN-1-…</c>, of a worker. Needed until the node is a member.</summary>
    /// <value>Default null.</value>
    public string? JoinToken { get; set; }

    /// <summary>
    /// Directory for the state of a node that joins over the network: its identity and its tasks. With it the node is
    /// the
    /// same one after a restart. Nodes of one process may share it: each has a folder of its name there.
    /// </summary>
    /// <value>Default <c>swarm-data</c> below the working directory.</value>
    public string DataDirectory { get; set; } = "swarm-data";

    /// <summary>Address other nodes reach this one at, for a node that joins over the network.</summary>
    /// <value>Default null: the address this machine uses towards the manager.</value>
    public string? AdvertiseAddress { get; set; }

    /// <summary>What answers published ports, for a node that joins over the network.</summary>
    /// <value>Default <see cref="MeshDataplane.Userspace"/>; otherwise the host does not start where it cannot work.</value>
    public MeshDataplane Dataplane { get; set; }

    /// <summary>
    /// Give tasks that are processes, where they are on overlay networks, a network namespace of their own with their
    /// addresses of these networks, over VXLAN between machines. All nodes that run tasks of a network need it.
    /// </summary>
    /// <value>
    /// Default false: tasks share the network of their node. Needs root, <c>nft</c> and <c>conntrack</c>; the host does
    /// not start without them.
    /// </value>
    public bool Overlay { get; set; }

    /// <summary>Labels of this node's engine, for placement by <c>engine.labels.X</c>.</summary>
    public IDictionary<string, string> EngineLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
