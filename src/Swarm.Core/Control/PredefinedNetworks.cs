using Swarm.Allocation.Addressing;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Networks that are there without anybody having asked for them.</summary>
internal static class PredefinedNetworks
{
    private static readonly string[] OfEveryNode = ["bridge", "host"];

    /// <summary>The network of the routing mesh that a new swarm begins with, in SwarmKit's form.</summary>
    public static Network CreateIngress(IIdGenerator ids) => new()
    {
        Id = new(ids.Next()),
        Spec = new()
        {
            Name = "ingress",
            Ingress = true,
            Driver = new(""),
            Ipam = new() { Driver = new("") },
        },
    };

    /// <summary>Lets services use the networks that every node has: the swarm knows them by name.</summary>
    public static async Task EnsureAsync(
        ClusterStore store,
        IIdGenerator ids,
        CancellationToken cancellationToken)
    {
        if (store.Current.Cluster is null || Array.TrueForAll(OfEveryNode, IsThere))
        {
            return;
        }

        await store.BatchAsync(OfEveryNode, Create, cancellationToken);

        bool IsThere(string name) => store.Current.Networks.FindByName(name) is not null;

        void Create(StoreTransaction transaction, string name)
        {
            if (transaction.Networks.FindByName(name) is null)
            {
                transaction.Create(new Network
                {
                    Id = new(ids.Next()),
                    Spec = new()
                    {
                        Name = name,
                        Labels = [new(NetworkDrivers.PredefinedLabel, "true")],
                        Driver = new(name),
                    },
                });
            }
        }
    }
}
