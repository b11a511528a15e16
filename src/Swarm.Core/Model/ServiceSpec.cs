namespace Swarm;

/// <summary>What a user asks of a service.</summary>
public sealed record ServiceSpec
{
    /// <summary>Name, at most 63 characters, valid as a DNS name component; unique without regard to case.</summary>
    public string Name { get; init; } = "";

    /// <summary>Labels of the service itself (not of its containers).</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }

    /// <summary>What each task runs.</summary>
    public TaskSpec TaskTemplate { get; init; } = new();

    /// <summary>How many tasks; default one replica.</summary>
    public ServiceMode Mode { get; init; } = new ReplicatedMode(1);

    /// <summary>How updates roll; null means <see cref="UpdatePolicy.Default"/>.</summary>
    public UpdatePolicy? Update { get; init; }

    /// <summary>How rollbacks roll; null means <see cref="UpdatePolicy.Default"/>.</summary>
    public UpdatePolicy? Rollback { get; init; }

    /// <summary>Published ports and resolution mode; null means VIP mode without ports.</summary>
    public EndpointSpec? Endpoint { get; init; }

    /// <summary>Networks in the deprecated place; only read when <see cref="TaskSpec.Networks"/> is empty.</summary>
    public ValueList<NetworkAttachmentSpec> Networks { get; init; }
}
