using Swarm.Secrets;

namespace Swarm.Hosting;

/// <summary>Settings of a manager; bound to the configuration section <c>Swarm</c> and validated at start.</summary>
public sealed class SwarmManagerOptions
{
    /// <summary>Host name under which the node shows up.</summary>
    /// <value>Default null: the machine's name.</value>
    public string? NodeName { get; set; }

    /// <summary>Directory for all state of this node; created when missing.</summary>
    /// <value>Default <c>swarm-data</c> below the working directory.</value>
    public string DataDirectory { get; set; } = "swarm-data";

    /// <summary>
    /// Address of the swarm port, as <c>host:port</c>. Port 0 means a free one, which stays the node's own as long as
    /// it is in the swarm.
    /// </summary>
    /// <value>Default <c>0.0.0.0:2377</c> (Docker's).</value>
    public string ListenAddress { get; set; } = "0.0.0.0:2377";

    /// <summary>Address other nodes reach this one at, as <c>host</c> or <c>host:port</c>.</summary>
    /// <value>Default null: the machine's address; an error when it has several.</value>
    public string? AdvertiseAddress { get; set; }

    /// <summary>
    /// Manager of the swarm to join when the host starts, as <c>host:port</c>. Where <see cref="DataDirectory"/> holds
    /// a membership, that one is taken up and this is not read. A start that cannot join within 20 s fails.
    /// </summary>
    /// <value>Default null: join none.</value>
    public string? JoinAddress { get; set; }

    /// <summary>
    /// Token for <see cref="JoinAddress"/>: <c>SWMTKN-1-…</c>. That of managers makes this one of them, that of workers
    /// a worker that can be promoted.
    /// </summary>
    /// <value>Default null.</value>
    public string? JoinToken { get; set; }

    /// <summary>
    /// Form a new swarm when the host starts, unless there is one to join; otherwise the node waits for
    /// <c>docker swarm init</c>.
    /// </summary>
    /// <value>Default true.</value>
    public bool InitializeOnStart { get; set; } = true;

    /// <summary>Let the manager run tasks too; false makes it start drained.</summary>
    /// <value>Default true.</value>
    public bool RunTasks { get; set; } = true;

    /// <summary>Stop the tasks of this process's nodes when the host stops.</summary>
    /// <value>
    /// Default true; what the node's own tasks wrote can be read after the next start, as long as their slots remember
    /// them. With false the process executor leaves the node's own tasks running, and the next process of the
    /// same <see cref="DataDirectory"/> takes them over.
    /// </value>
    public bool StopTasksOnShutdown { get; set; } = true;

    /// <summary>What answers published ports where processes run. The host does not start where it cannot work.</summary>
    /// <value>Default <see cref="MeshDataplane.Userspace"/>.</value>
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

    /// <summary>Tasks kept per slot, the running one included.</summary>
    /// <value>Default 5 (SwarmKit's); 0 to 1,000.</value>
    public int TaskHistoryLimit { get; set; } = 5;

    /// <summary>
    /// How values of secrets lie in the store, the log and snapshots; values stored otherwise are changed in the
    /// background.
    /// </summary>
    /// <value>
    /// Default <see cref="SecretStorage.Sealed"/>; a quorum that holds Docker's own managers needs
    /// <see cref="SecretStorage.Plain"/>.
    /// </value>
    public SecretStorage SecretStorage { get; set; } = SecretStorage.Sealed;

    /// <summary>Time between heartbeats of agents.</summary>
    /// <value>Default 5 s (SwarmKit's); 1 s to 1 h.</value>
    public TimeSpan HeartbeatPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Life of node certificates.</summary>
    /// <value>Default 90 days (2160 h); at least 1 h.</value>
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromHours(2160);

    /// <summary>Address pools that networks get their subnets from, in CIDR notation.</summary>
    /// <value>Default empty: 10.0.0.0/8.</value>
    public IList<string> DefaultAddressPool { get; } = [];

    /// <summary>Prefix length of those subnets.</summary>
    /// <value>Default 24; 1 to 29.</value>
    public int SubnetSize { get; set; } = 24;

    /// <summary>UDP port of the overlay data path.</summary>
    /// <value>Default 4789; 1,024 to 49,151.</value>
    public int DataPathPort { get; set; } = 4789;

    /// <summary>Labels of this node's engine, for placement by <c>engine.labels.X</c>.</summary>
    public IDictionary<string, string> EngineLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
