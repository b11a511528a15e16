namespace Swarm.Dispatch;

/// <summary>What a node must know to use a cluster volume. Travels in assignments, is never stored.</summary>
internal sealed record VolumeAssignment : ClusterObject
{
    /// <summary>The volume.</summary>
    public required VolumeId Id { get; init; }

    /// <summary><see cref="VolumeInfo.PluginVolumeId"/>.</summary>
    public string PluginVolumeId { get; init; } = "";

    /// <summary>The storage plugin.</summary>
    public Driver? Driver { get; init; }

    /// <summary><see cref="VolumeInfo.Context"/>.</summary>
    public ValueDictionary<string> VolumeContext { get; init; }

    /// <summary><see cref="VolumePublishStatus.Context"/> for this node.</summary>
    public ValueDictionary<string> PublishContext { get; init; }

    /// <summary>Who may use it how.</summary>
    public VolumeAccessMode? AccessMode { get; init; }

    /// <summary>Secrets for the plugin, by id; they are assigned with it.</summary>
    public ValueList<VolumeSecret> Secrets { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Volume;
}
