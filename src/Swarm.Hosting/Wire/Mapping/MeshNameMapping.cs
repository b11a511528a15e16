using Swarm.Hosting.Mesh;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>The names of a service between wire and records.</summary>
internal static class MeshNameMapping
{
    public static void AddNames(this Protos.MeshService wire, MeshService service)
    {
        foreach (var network in service.Networks)
        {
            var item = new Protos.MeshNetwork { Id = network.Id.Value, Name = network.Name, Address = network.Address };
            item.Aliases.Add(network.Aliases);
            wire.Networks.Add(item);
        }

        wire.Targets.Add(service.Targets.Select(target => new Protos.MeshTarget
        {
            Udp = target.IsUdp,
            Port = (uint)target.Port,
            Published = target.IsPublished,
        }));
        wire.Tasks.Add(service.Tasks.Select(ToWire));
        wire.Starting.Add(service.Starting.Select(ToWire));
    }

    public static ValueList<MeshNetwork> NetworksToRecords(this Protos.MeshService wire) => wire.Networks
        .Select(network => new MeshNetwork(
            new NetworkId(network.Id), network.Name, network.Address, network.Aliases.ToValueList()))
        .ToValueList();

    public static ValueList<MeshTarget> TargetsToRecords(this Protos.MeshService wire) => wire.Targets
        .Where(target => MeshMapping.IsPort(target.Port))
        .Select(target => new MeshTarget(target.Udp, (int)target.Port, target.Published))
        .ToValueList();

    public static ValueList<MeshTask> TasksToRecords(this Protos.MeshService wire) => wire.Tasks
        .Select(task => new MeshTask(
            task.Names.ToValueList(),
            new NodeId(task.NodeId),
            task.Address,
            task.Draining,
            ToRecords(task.Addresses),
            task.Ports
                .Where(port => MeshMapping.IsPort(port.Target) && MeshMapping.IsPort(port.Port))
                .Select(port => new MeshTaskPort(port.Udp, (int)port.Target, (int)port.Port))
                .ToValueList())
        {
            IsOnOverlay = task.Overlay,
        })
        .ToValueList();

    public static ValueList<MeshStartingTask> StartingToRecords(this Protos.MeshService wire) => wire.Starting
        .Select(task => new MeshStartingTask(new NodeId(task.NodeId), task.Address, ToRecords(task.Addresses)))
        .ToValueList();

    private static ValueList<MeshTaskAddress> ToRecords(IEnumerable<Protos.MeshTaskAddress> wire) => wire
        .Select(item => new MeshTaskAddress(new NetworkId(item.NetworkId), item.Address))
        .ToValueList();

    private static IEnumerable<Protos.MeshTaskAddress> ToWire(ValueList<MeshTaskAddress> addresses) =>
        addresses.Select(item => new Protos.MeshTaskAddress
        {
            NetworkId = item.NetworkId.Value,
            Address = item.Address,
        });

    private static Protos.MeshStartingTask ToWire(MeshStartingTask task)
    {
        var wire = new Protos.MeshStartingTask { NodeId = task.NodeId.Value, Address = task.Address };
        wire.Addresses.Add(ToWire(task.Addresses));
        return wire;
    }

    private static Protos.MeshTask ToWire(MeshTask task)
    {
        var wire = new Protos.MeshTask
        {
            NodeId = task.NodeId.Value,
            Address = task.Address,
            Draining = task.IsDraining,
            Overlay = task.IsOnOverlay,
        };
        wire.Names.Add(task.Names);
        wire.Addresses.Add(ToWire(task.Addresses));
        wire.Ports.Add(task.Ports.Select(port => new Protos.MeshTaskPort
        {
            Udp = port.IsUdp,
            Target = (uint)port.Target,
            Port = (uint)port.Port,
        }));
        return wire;
    }
}
