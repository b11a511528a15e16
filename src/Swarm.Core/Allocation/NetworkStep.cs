using Swarm.Allocation.Addressing;
using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>Gives networks their subnets. First of all steps, because the others stand on networks.</summary>
internal sealed class NetworkStep(AllocationState state)
{
    private readonly Dictionary<NetworkId, string> _waiting = [];

    /// <summary>Networks that could not be allocated, and why.</summary>
    public IReadOnlyDictionary<NetworkId, string> Waiting => _waiting;

    /// <summary>Takes up the networks that are allocated already.</summary>
    public void Restore(ClusterView view)
    {
        foreach (var network in view.Networks)
        {
            if (network is { DriverState: not null, Ipam: not null })
            {
                Allocate(network);
            }
        }
    }

    /// <summary>Brings networks to what they ask for.</summary>
    /// <returns>The networks as they are to be stored.</returns>
    public List<Network> Plan(ClusterView view, AllocationWork work)
    {
        var planned = new List<Network>();
        var ingress = state.Ingress;
        foreach (var id in work.TakeNetworks())
        {
            if (view.Networks.Find(id.Value) is not { } network)
            {
                Forget(id, view, work);
            }
            else if (!state.Addresses.Networks.ContainsKey(id) && Allocate(network) is { } allocated)
            {
                state.Freed = true;
                planned.Add(allocated);
            }
        }

        // Every node has an address on the network of the routing mesh.
        if (state.Ingress != ingress && !state.Ingress.IsEmpty)
        {
            work.AddNodes(view.Nodes);
        }

        return planned;
    }

    private Network? Allocate(Network network)
    {
        var (isIngress, problem) = (NetworkDrivers.IsIngress(network), "another ingress network is already present");
        var allocated = isIngress && !state.Ingress.IsEmpty ? null : state.Networks.Allocate(network, out problem);
        if (allocated is null)
        {
            _waiting[network.Id] = problem;
            return null;
        }

        _waiting.Remove(network.Id);
        if (isIngress)
        {
            state.Ingress = network.Id;
        }

        return allocated;
    }

    private void Forget(NetworkId id, ClusterView view, AllocationWork work)
    {
        _waiting.Remove(id);
        if (state.Ingress == id)
        {
            state.Ingress = default;
        }

        if (state.Networks.Release(id))
        {
            state.Freed = true;
            work.AddNodes(view.Nodes.Where(node => node.Attachments.Any(item => item.Network.Id == id)));
        }
    }
}
