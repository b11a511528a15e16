namespace Swarm.Hosting.Wire.Mapping;

/// <summary>What a node tells of itself.</summary>
internal static class NodeDescriptionMapping
{
    private static readonly Platform AnyPlatform = new();

    public static Protos.NodeDescription ToWire(this NodeDescription description)
    {
        var wire = new Protos.NodeDescription
        {
            Hostname = description.Hostname,
            Platform = description.Platform == AnyPlatform ? null : description.Platform.ToWire(),
            Resources = description.Resources == NodeResources.None ? null : description.Resources.ToWire(),
            Engine = description.Engine.ToWire(),
            TlsInfo = description.Tls.ToWire(),
            Fips = description.Fips,
        };
        wire.CsiInfo.Fill(description.Csi, ToWire);
        return wire;
    }

    public static NodeDescription ToRecord(this Protos.NodeDescription wire) => new()
    {
        Hostname = wire.Hostname,
        Platform = wire.Platform?.ToRecord() ?? AnyPlatform,
        Resources = wire.Resources?.ToRecord() ?? NodeResources.None,
        Engine = wire.Engine.ToRecord(),
        Tls = wire.TlsInfo.ToRecord(),
        Fips = wire.Fips,
        Csi = wire.CsiInfo.ToList(ToRecord),
    };

    public static Protos.Topology ToWire(this Topology topology)
    {
        var wire = new Protos.Topology();
        wire.Segments.Fill(topology.Segments);
        return wire;
    }

    public static Topology ToRecord(this Protos.Topology wire) => new(wire.Segments.ToMap());

    private static Protos.EngineDescription? ToWire(this EngineDescription? engine)
    {
        if (engine is null)
        {
            return null;
        }

        var wire = new Protos.EngineDescription { EngineVersion = engine.Version };
        wire.Labels.Fill(engine.Labels);
        wire.Plugins.Fill(engine.Plugins, p => new Protos.PluginDescription { Type = p.Type, Name = p.Name });
        return wire;
    }

    private static EngineDescription? ToRecord(this Protos.EngineDescription? wire) => wire is null
        ? null
        : new()
        {
            Version = wire.EngineVersion,
            Labels = wire.Labels.ToMap(),
            Plugins = wire.Plugins.ToList(plugin => new EnginePlugin(plugin.Type, plugin.Name)),
        };

    private static Protos.NodeTLSInfo? ToWire(this NodeTlsInfo? tls) => tls is null
        ? null
        : new()
        {
            TrustRoot = tls.TrustRoot.ToWireBytes(),
            CertIssuerSubject = tls.CertificateIssuerSubject.ToWire(),
            CertIssuerPublicKey = tls.CertificateIssuerPublicKey.ToWire(),
        };

    private static NodeTlsInfo? ToRecord(this Protos.NodeTLSInfo? wire) => wire is null
        ? null
        : new(
            wire.TrustRoot.ToText("trust root of the node"),
            wire.CertIssuerSubject.ToBytes(),
            wire.CertIssuerPublicKey.ToBytes());

    private static Protos.NodeCSIInfo ToWire(NodeCsiInfo csi) => new()
    {
        PluginName = csi.PluginName,
        NodeId = csi.NodeId,
        MaxVolumesPerNode = csi.MaxVolumesPerNode,
        AccessibleTopology = csi.AccessibleTopology?.ToWire(),
    };

    private static NodeCsiInfo ToRecord(Protos.NodeCSIInfo wire) => new(
        wire.PluginName,
        wire.NodeId,
        wire.MaxVolumesPerNode,
        wire.AccessibleTopology?.ToRecord());
}
