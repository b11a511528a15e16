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

    /// <summary>The store; parts of its tasks are shared and must not be changed.</summary>
    public static Protos.StoreSnapshot ToWire(this ClusterView view)
    {
        var shared = new SharedMessages();
        var wire = new Protos.StoreSnapshot();
        wire.Nodes.AddRange(view.Nodes.Select(node => node.ToWire()));
        wire.Services.AddRange(view.Services.Select(service => service.ToWire()));
        wire.Networks.AddRange(view.Networks.Select(network => network.ToWire()));
        wire.Tasks.AddRange(view.Tasks.Select(task => task.ToWire(shared)));
        wire.Clusters.AddRange(view.Clusters.Select(cluster => cluster.ToWire()));
        wire.Secrets.AddRange(view.Secrets.Select(secret => secret.ToWire()));
        wire.Resources.AddRange(view.Resources.Select(resource => resource.ToWire()));
        wire.Extensions.AddRange(view.Extensions.Select(extension => extension.ToWire()));
        wire.Configs.AddRange(view.Configs.Select(config => config.ToWire()));
        wire.Volumes.AddRange(view.Volumes.Select(volume => volume.ToWire()));
        return wire;
    }

    /// <summary>The objects of a snapshot, converted one by one as they are asked for.</summary>
    /// <exception cref="SwarmException">An object makes no sense.</exception>
    public static IEnumerable<ClusterObject> ToRecords(this Protos.StoreSnapshot wire)
    {
        var shared = new SharedRecords();
        return wire.Clusters.Select(cluster => (ClusterObject)cluster.ToRecord())
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
}
