using Swarm.Storage;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Changes of the store, as the log has them, and the whole store, as a snapshot has it.</summary>
internal static class StoreMapping
{
    public static Protos.StoreAction ToWire(this StoreAction action, SharedMessages? shared = null)
    {
        var wire = new Protos.StoreAction { Action = (Protos.StoreActionKind)action.Change };
        switch (action.Object)
        {
            case Node node:
                wire.Node = node.ToWire();
                break;
            case Service service:
                wire.Service = service.ToWire();
                break;
            case SwarmTask task:
                wire.Task = task.ToWire(shared);
                break;
            case Network network:
                wire.Network = network.ToWire();
                break;
            case Cluster cluster:
                wire.Cluster = cluster.ToWire();
                break;
            case Secret secret:
                wire.Secret = secret.ToWire();
                break;
            case Resource resource:
                wire.Resource = resource.ToWire();
                break;
            case Extension extension:
                wire.Extension = extension.ToWire();
                break;
            case Config config:
                wire.Config = config.ToWire();
                break;
            case Volume volume:
                wire.Volume = volume.ToWire();
                break;
            default:
                throw WireErrors.OutOfRange("stored object of kind", action.Object.Kind);
        }

        return wire;
    }

    public static StoreAction ToRecord(this Protos.StoreAction wire, SharedRecords? shared = null)
    {
        var change = (ChangeKind)wire.Action;
        if (change is not (ChangeKind.Created or ChangeKind.Updated or ChangeKind.Removed))
        {
            throw WireErrors.OutOfRange("kind of a store action", (int)wire.Action);
        }

        return new(change, wire switch
        {
            { Node: { } node } => node.ToRecord(),
            { Service: { } service } => service.ToRecord(),
            { Task: { } task } => task.ToRecord(shared),
            { Network: { } network } => network.ToRecord(),
            { Cluster: { } cluster } => cluster.ToRecord(),
            { Secret: { } secret } => secret.ToRecord(),
            { Resource: { } resource } => resource.ToRecord(),
            { Extension: { } extension } => extension.ToRecord(),
            { Config: { } config } => config.ToRecord(),
            { Volume: { } volume } => volume.ToRecord(),
            _ => throw WireErrors.Missing("object of a store action"),
        });
    }

    /// <summary>An object's place in a snapshot; parts of a task are shared and must not be changed.</summary>
    public static Protos.StoreSnapshot ToSnapshot(this ClusterObject item, SharedMessages shared) => item switch
    {
        Cluster cluster => new() { Clusters = { cluster.ToWire() } },
        Node node => new() { Nodes = { node.ToWire() } },
        Network network => new() { Networks = { network.ToWire() } },
        Secret secret => new() { Secrets = { secret.ToWire() } },
        Config config => new() { Configs = { config.ToWire() } },
        Extension extension => new() { Extensions = { extension.ToWire() } },
        Resource resource => new() { Resources = { resource.ToWire() } },
        Volume volume => new() { Volumes = { volume.ToWire() } },
        Service service => new() { Services = { service.ToWire() } },
        SwarmTask task => new() { Tasks = { task.ToWire(shared) } },
        _ => throw WireErrors.OutOfRange("stored object of kind", item.Kind),
    };

    /// <summary>All objects, what others refer to before those.</summary>
    public static IEnumerable<ClusterObject> InOrderOfNeed(this ClusterView view) => view.Clusters
        .Concat<ClusterObject>(view.Nodes)
        .Concat(view.Networks)
        .Concat(view.Secrets)
        .Concat(view.Configs)
        .Concat(view.Extensions)
        .Concat(view.Resources)
        .Concat(view.Volumes)
        .Concat(view.Services)
        .Concat(view.Tasks);

    /// <summary>The objects of a part of a snapshot, converted one by one as they are asked for.</summary>
    /// <exception cref="SwarmException">An object makes no sense.</exception>
    public static IEnumerable<ClusterObject> ToRecords(this Protos.StoreSnapshot wire, SharedRecords shared) => wire
        .Clusters.Select(cluster => (ClusterObject)cluster.ToRecord())
        .Concat(wire.Nodes.Select(node => node.ToRecord()))
        .Concat(wire.Networks.Select(network => network.ToRecord()))
        .Concat(wire.Secrets.Select(secret => secret.ToRecord()))
        .Concat(wire.Configs.Select(config => config.ToRecord()))
        .Concat(wire.Extensions.Select(extension => extension.ToRecord()))
        .Concat(wire.Resources.Select(resource => resource.ToRecord()))
        .Concat(wire.Volumes.Select(volume => volume.ToRecord()))
        .Concat(wire.Services.Select(service => service.ToRecord()))
        .Concat(wire.Tasks.Select(task => task.ToRecord(shared)));
}
