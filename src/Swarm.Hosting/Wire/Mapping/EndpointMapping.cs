namespace Swarm.Hosting.Wire.Mapping;

/// <summary>How services are reached: ports and virtual addresses.</summary>
internal static class EndpointMapping
{
    public static Protos.EndpointSpec ToWire(this EndpointSpec spec)
    {
        var wire = new Protos.EndpointSpec { Mode = (Protos.EndpointSpec.Types.ResolutionMode)spec.Mode };
        wire.Ports.Fill(spec.Ports, ToWire);
        return wire;
    }

    public static EndpointSpec ToRecord(this Protos.EndpointSpec wire) => new()
    {
        Mode = (ResolutionMode)wire.Mode,
        Ports = wire.Ports.ToList(ToRecord),
    };

    public static Protos.Endpoint ToWire(this ServiceEndpoint endpoint)
    {
        var wire = new Protos.Endpoint { Spec = endpoint.Spec?.ToWire() };
        wire.Ports.Fill(endpoint.Ports, ToWire);
        wire.VirtualIps.Fill(
            endpoint.VirtualAddresses,
            a => new Protos.Endpoint.Types.VirtualIP { NetworkId = a.NetworkId.ToString(), Addr = a.Address });
        return wire;
    }

    public static ServiceEndpoint ToRecord(this Protos.Endpoint wire) => new()
    {
        Spec = wire.Spec?.ToRecord(),
        Ports = wire.Ports.ToList(ToRecord),
        VirtualAddresses = wire.VirtualIps.ToList(ToRecord),
    };

    public static Protos.PortConfig ToWire(this PortPublication port) => new()
    {
        Name = port.Name,
        Protocol = (Protos.PortConfig.Types.Protocol)port.Protocol,
        TargetPort = port.TargetPort.ToUInt32("target port"),
        PublishedPort = port.PublishedPort.ToUInt32("published port"),
        PublishMode = (Protos.PortConfig.Types.PublishMode)port.Mode,
    };

    public static PortPublication ToRecord(this Protos.PortConfig wire) => new(
        wire.TargetPort.ToInt32("target port"),
        wire.PublishedPort.ToInt32("published port"),
        (PortProtocol)wire.Protocol,
        (PublishMode)wire.PublishMode,
        wire.Name);

    private static VirtualAddress ToRecord(Protos.Endpoint.Types.VirtualIP wire) =>
        new(wire.NetworkId.Length == 0 ? default : new(wire.NetworkId), wire.Addr);
}
