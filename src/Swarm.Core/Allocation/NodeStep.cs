using Swarm.Allocation.Addressing;
using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>The addresses of a node.</summary>
/// <param name="Id">The node.</param>
/// <param name="Attachments">The networks it takes part in.</param>
internal readonly record struct NodeGrant(NodeId Id, ValueList<NetworkAttachment> Attachments);

/// <summary>
/// Gives every node an address on each overlay network that its tasks use, and on the one of the routing mesh: the
/// load balancer of the node speaks from there.
/// </summary>
internal sealed class NodeStep(AllocationState state)
{
    private readonly Dictionary<NodeId, List<Use>> _uses = [];
    private readonly Dictionary<TaskId, Place> _places = [];
    private readonly HashSet<NodeId> _waiting = [];

    /// <summary>Nodes that lack an address.</summary>
    public IReadOnlyCollection<NodeId> Waiting => _waiting;

    /// <summary>Takes up what nodes have already.</summary>
    public void Restore(ClusterView view)
    {
        foreach (var node in view.Nodes)
        {
            state.Settle(AddressOwner.Of(node.Id), AllocationState.HeldBy(node.Attachments));
        }
    }

    /// <summary>Counts a task on its node; null networks for one that has ended or is gone.</summary>
    public void Count(TaskId id, NodeId node, ValueList<NetworkAttachment> networks, AllocationWork work)
    {
        if (_places.TryGetValue(id, out var place))
        {
            if (place.Node == node && place.Networks.AsSpan() == networks.AsSpan())
            {
                return;
            }

            _places.Remove(id);
            Count(place, -1, work);
        }

        if (!node.IsEmpty && networks.Any(item => NetworkDrivers.IsOverlay(item.Network)))
        {
            place = new(node, networks);
            _places.Add(id, place);
            Count(place, 1, work);
        }
    }

    /// <summary>Brings nodes to the networks of their tasks.</summary>
    public List<NodeGrant> Plan(ClusterView view, AllocationWork work)
    {
        var planned = new List<NodeGrant>();
        foreach (var id in work.TakeNodes())
        {
            _waiting.Remove(id);
            var node = view.Nodes.Find(id.Value);
            var attachments = node is null ? default : Plan(node, view);
            if (node is not null && attachments != node.Attachments)
            {
                planned.Add(new(id, attachments));
            }
            else
            {
                state.Settle(AddressOwner.Of(id), AllocationState.HeldBy(attachments));
            }
        }

        return planned;
    }

    private ValueList<NetworkAttachment> Plan(Node node, ClusterView view)
    {
        var owner = AddressOwner.Of(node.Id);
        var wanted = Networks(node.Id);
        var attachments = new List<NetworkAttachment>();
        foreach (var attachment in node.Attachments)
        {
            if (wanted.Contains(attachment.Network.Id)
                && AllocationState.HeldBy([attachment]) is [var held, ..]
                && state.Addresses.HeldBy(owner).Contains(held))
            {
                wanted.Remove(attachment.Network.Id);
                attachments.Add(attachment);
            }
        }

        foreach (var id in wanted)
        {
            if (view.Networks.Find(id.Value) is { } network && state.Addresses.Take(owner, id) is { } address)
            {
                attachments.Add(new NetworkAttachment { Network = network, Addresses = [address] });
            }
            else
            {
                _waiting.Add(node.Id);
            }
        }

        return attachments.ToValueList();
    }

    // Networks that are gone are of no use, although tasks that end may still show them.
    private List<NetworkId> Networks(NodeId id)
    {
        var networks = _uses.TryGetValue(id, out var uses) ? uses.ConvertAll(use => use.Network) : [];
        if (!state.Ingress.IsEmpty && !networks.Contains(state.Ingress))
        {
            networks.Add(state.Ingress);
        }

        networks.RemoveAll(network => !state.Addresses.Networks.ContainsKey(network));
        return networks;
    }

    private void Count(Place place, int step, AllocationWork work)
    {
        if (!_uses.TryGetValue(place.Node, out var uses))
        {
            _uses.Add(place.Node, uses = []);
        }

        foreach (var attachment in place.Networks)
        {
            if (!NetworkDrivers.IsOverlay(attachment.Network))
            {
                continue;
            }

            var index = uses.FindIndex(use => use.Network == attachment.Network.Id);
            if (index < 0)
            {
                uses.Add(new(attachment.Network.Id, step));
                work.AddNode(place.Node);
                continue;
            }

            uses[index] = uses[index] with { Tasks = uses[index].Tasks + step };
            if (uses[index].Tasks == 0)
            {
                uses.RemoveAt(index);
                work.AddNode(place.Node);
            }
        }

        if (uses.Count == 0)
        {
            _uses.Remove(place.Node);
        }
    }

    private readonly record struct Use(NetworkId Network, int Tasks);

    private readonly record struct Place(NodeId Node, ValueList<NetworkAttachment> Networks);
}
