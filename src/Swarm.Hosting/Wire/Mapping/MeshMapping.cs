using Google.Protobuf.WellKnownTypes;
using Swarm.Hosting.Mesh;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>News of the mesh, in parts that fit into messages.</summary>
internal static class MeshMapping
{
    /// <summary>Bytes of services after which another message is begun; far below what a message may have.</summary>
    private const int PartBytes = WireLimits.MaxMessage / 4;

    public static IEnumerable<Protos.MeshMessage> ToWire(this MeshUpdate update)
    {
        var part = new Protos.MeshMessage { Version = update.Version, Complete = update.IsComplete };
        part.Removed.Add(update.Removed.Select(id => id.Value));
        var bytes = part.CalculateSize();
        foreach (var service in update.Services.Select(ToWire))
        {
            var size = service.CalculateSize();
            if (bytes > 0 && bytes + size > PartBytes)
            {
                part.More = true;
                yield return part;
                part = new Protos.MeshMessage { Version = update.Version, Complete = update.IsComplete };
                bytes = 0;
            }

            part.Services.Add(service);
            bytes += size;
        }

        yield return part;
    }

    /// <summary>Puts the parts of one version together.</summary>
    public static MeshUpdate ToRecord(IReadOnlyList<Protos.MeshMessage> parts) => new(
        parts[^1].Version,
        parts[^1].Complete,
        parts.SelectMany(part => part.Services).Select(ToRecord).ToValueList(),
        parts.SelectMany(part => part.Removed).Select(id => new ServiceId(id)).ToValueList());

    private static Protos.MeshService ToWire(MeshService service)
    {
        var wire = new Protos.MeshService
        {
            Id = service.Id.Value,
            Balancer = service.Balancer,
            ProxyProtocol = (uint)service.ProxyProtocol,
            DrainTimeout = Duration.FromTimeSpan(service.DrainTimeout),
            Name = service.Name,
        };
        foreach (var port in service.Ports)
        {
            var wirePort = new Protos.MeshPort { Udp = port.IsUdp, Published = (uint)port.Published };
            wirePort.Backends.Add(port.Backends.Select(backend => new Protos.MeshBackend
            {
                NodeId = backend.NodeId.Value,
                Address = backend.Address,
                Port = (uint)backend.Port,
                Draining = backend.IsDraining,
            }));
            wirePort.Addresses.Add(port.Addresses);
            wire.Ports.Add(wirePort);
        }

        wire.AddNames(service);
        return wire;
    }

    // Numbers that are no ports would be refused by the data plane, together with everything else.
    private static MeshService ToRecord(Protos.MeshService wire) => new(
        new ServiceId(wire.Id),
        wire.Balancer,
        (int)Math.Min(wire.ProxyProtocol, int.MaxValue),
        wire.DrainTimeout?.ToTimeSpan() ?? ContainerSpec.DefaultStopGracePeriod,
        wire.Ports.Where(port => IsPort(port.Published)).Select(ToRecord).ToValueList())
    {
        Name = wire.Name,
        Networks = wire.NetworksToRecords(),
        Targets = wire.TargetsToRecords(),
        Tasks = wire.TasksToRecords(),
        Starting = wire.StartingToRecords(),
    };

    private static MeshPort ToRecord(Protos.MeshPort wire) => new(
        wire.Udp,
        (int)wire.Published,
        wire.Backends
            .Where(backend => IsPort(backend.Port))
            .Select(backend => new MeshBackend(
                new NodeId(backend.NodeId),
                backend.Address,
                (int)backend.Port,
                backend.Draining))
            .ToValueList(),
        wire.Addresses.ToValueList());

    /// <summary>Whether a number can be that of a port.</summary>
    public static bool IsPort(uint number) => number is > 0 and <= ushort.MaxValue;
}
