namespace Swarm;

/// <summary>What a node tells of itself.</summary>
public sealed record NodeDescription
{
    /// <summary>Host name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Processor and operating system.</summary>
    public Platform Platform { get; init; } = new();

    /// <summary>What it has.</summary>
    public NodeResources Resources { get; init; } = NodeResources.None;

    /// <summary>The engine; null for nodes that have none to describe.</summary>
    public EngineDescription? Engine { get; init; }

    /// <summary>The certificate it trusts and was issued by.</summary>
    public NodeTlsInfo? Tls { get; init; }

    /// <summary>Runs in FIPS mode.</summary>
    public bool Fips { get; init; }

    /// <summary>What its CSI plugins say of it, one entry per plugin.</summary>
    public ValueList<NodeCsiInfo> Csi { get; init; }
}

/// <summary>A node as one CSI plugin knows it.</summary>
/// <param name="PluginName">The plugin.</param>
/// <param name="NodeId">Id that the plugin gives to the node; not the node's id in the swarm.</param>
/// <param name="MaxVolumesPerNode">How many volumes may be published there; 0 means that the plugin decides.</param>
/// <param name="AccessibleTopology">Where the node is; null when the plugin knows no places.</param>
public sealed record NodeCsiInfo(
    string PluginName,
    string NodeId,
    long MaxVolumesPerNode = 0,
    Topology? AccessibleTopology = null);

/// <summary>The engine of a node.</summary>
public sealed record EngineDescription
{
    /// <summary>Version of the engine.</summary>
    public string Version { get; init; } = "";

    /// <summary>Labels given to the engine by its operator.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Plugins of the engine.</summary>
    public ValueList<EnginePlugin> Plugins { get; init; }
}

/// <summary>A plugin of an engine.</summary>
/// <param name="Type">Kind, such as <c>Network</c>, <c>Volume</c> or <c>Log</c>.</param>
/// <param name="Name">Name.</param>
public sealed record EnginePlugin(string Type, string Name);

/// <summary>A node's trust root and the issuer of its certificate.</summary>
/// <param name="TrustRoot">Trusted root certificates (PEM).</param>
/// <param name="CertificateIssuerSubject">Subject of the issuer (DER).</param>
/// <param name="CertificateIssuerPublicKey">Public key of the issuer (DER).</param>
public sealed record NodeTlsInfo(
    string TrustRoot,
    ValueList<byte> CertificateIssuerSubject,
    ValueList<byte> CertificateIssuerPublicKey);
