namespace Swarm;

/// <summary>What a storage plugin says of a volume it has made.</summary>
public sealed record VolumeInfo
{
    /// <summary>Size in bytes; 0 when the plugin does not tell.</summary>
    public long CapacityBytes { get; init; }

    /// <summary>What the plugin wants to be told again when the volume is used.</summary>
    public ValueDictionary<string> Context { get; init; }

    /// <summary>Id that the plugin gave; not the volume's id in the swarm.</summary>
    public string PluginVolumeId { get; init; } = "";

    /// <summary>Where it can be used from; empty means anywhere.</summary>
    public ValueList<Topology> AccessibleTopology { get; init; }
}

/// <summary>Publication of a cluster volume on a node.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Context">What the plugin wants the node to know.</param>
/// <param name="Message">What went wrong; empty otherwise.</param>
public sealed record VolumePublishStatus(
    NodeId NodeId,
    VolumePublishState State,
    ValueDictionary<string> Context = default,
    string Message = "");

/// <summary>States of a volume's publication on a node; numbers are SwarmKit's.</summary>
public enum VolumePublishState
{
    /// <summary>To be published.</summary>
    PendingPublish = 0,

    /// <summary>Published.</summary>
    Published = 1,

    /// <summary>The node has yet to let go of it.</summary>
    PendingNodeUnpublish = 2,

    /// <summary>The node has let go of it; the plugin has yet to.</summary>
    PendingUnpublish = 3,
}

/// <summary>A secret for a storage plugin.</summary>
/// <param name="Key">Under which name the plugin expects it.</param>
/// <param name="Secret">Id or name of the secret.</param>
public sealed record VolumeSecret(string Key, string Secret);

/// <summary>Bounds of a volume's size.</summary>
/// <param name="RequiredBytes">At least this many bytes.</param>
/// <param name="LimitBytes">At most this many bytes; 0 means no bound.</param>
public sealed record CapacityRange(long RequiredBytes = 0, long LimitBytes = 0);
