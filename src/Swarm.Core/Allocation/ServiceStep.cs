using Swarm.Allocation.Addressing;
using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>An endpoint for a service.</summary>
/// <param name="Id">The service.</param>
/// <param name="For">The spec that it was made for.</param>
/// <param name="Endpoint">Ports and addresses; null when the spec asks for neither.</param>
internal readonly record struct ServiceGrant(ServiceId Id, ServiceSpec For, ServiceEndpoint? Endpoint);

/// <summary>Gives services their published ports and virtual addresses.</summary>
internal sealed class ServiceStep(AllocationState state, NetworkStep networks)
{
    private readonly HashSet<ServiceId> _open = [];
    private readonly Dictionary<ServiceId, string> _waiting = [];

    /// <summary>Services that could not get what they ask for, and why.</summary>
    public IReadOnlyDictionary<ServiceId, string> Waiting => _waiting;

    /// <summary>Takes up what services have already.</summary>
    public void Restore(ClusterView view)
    {
        foreach (var service in view.Services)
        {
            state.Settle(service.Id, service.Endpoint);
        }
    }

    /// <summary>Brings services to what they ask for.</summary>
    public List<ServiceGrant> Plan(ClusterView view, AllocationWork work)
    {
        var ids = work.TakeServices();
        foreach (var id in ids)
        {
            // What was taken and never written is given back here, before anybody asks.
            state.Settle(id, view.Services.Find(id.Value)?.Endpoint);
        }

        var planned = new List<ServiceGrant>();
        foreach (var id in ids)
        {
            if (view.Services.Find(id.Value) is not { } service || ServiceNeeds.IsAllocated(service, state.Ingress))
            {
                _waiting.Remove(id);
                if (_open.Remove(id))
                {
                    work.AddTasks(view.Tasks.OfService(id));
                }

                continue;
            }

            _open.Add(id);
            if (Allocate(service, out var problem) is { } grant)
            {
                _waiting.Remove(id);
                planned.Add(grant);
            }
            else if (_waiting.GetValueOrDefault(id) != problem)
            {
                _waiting[id] = problem;
                work.AddTasks(view.Tasks.OfService(id));
            }
        }

        return planned;
    }

    private ServiceGrant? Allocate(Service service, out string problem)
    {
        var (spec, current) = (service.Spec, service.Endpoint);
        if (ServiceNeeds.NeedsIngress(spec) && state.Ingress.IsEmpty)
        {
            problem = "ingress network is missing";
            return null;
        }

        var ports = state.Ports.Allocate(service.Id, spec.Endpoint?.Ports ?? default, current?.Ports ?? default);
        problem = ports.Problem;
        if (!ports.Succeeded)
        {
            return null;
        }

        if (TakeAddresses(service, out problem) is not { } addresses)
        {
            state.Ports.Settle(service.Id, current?.Ports ?? default);
            state.Addresses.Settle(AddressOwner.Of(service.Id), AllocationState.HeldBy(current));
            return null;
        }

        return new(service.Id, spec, spec.Endpoint is null && addresses.IsEmpty
            ? null
            : new ServiceEndpoint { Spec = spec.Endpoint, Ports = ports.Ports, VirtualAddresses = addresses });
    }

    private ValueList<VirtualAddress>? TakeAddresses(Service service, out string problem)
    {
        // SwarmKit begins anew when the endpoint leaves the spec; its addresses are other ones afterwards.
        var current = service.Spec.Endpoint is null ? default : service.Endpoint?.VirtualAddresses ?? default;
        var wanted = ServiceNeeds.AddressedNetworks(service.Spec, state.Ingress);
        var addresses = new List<VirtualAddress>();
        foreach (var address in current)
        {
            if (wanted.Remove(address.NetworkId))
            {
                addresses.Add(address);
            }
        }

        addresses.AddRange(wanted.Select(id => new VirtualAddress(id, "")));
        var owner = AddressOwner.Of(service.Id);
        for (var i = 0; i < addresses.Count; i++)
        {
            if (TakeAddress(owner, addresses[i], out problem) is not { } taken)
            {
                return null;
            }

            addresses[i] = taken;
        }

        problem = "";
        return addresses.ToValueList();
    }

    private VirtualAddress? TakeAddress(AddressOwner owner, VirtualAddress address, out string problem)
    {
        problem = "";
        var id = address.NetworkId;
        if (!state.Addresses.Networks.TryGetValue(id, out var network))
        {
            problem = networks.Waiting.TryGetValue(id, out var reason)
                ? $"network {id} is not allocated: {reason}"
                : $"network {id} not found";
            return null;
        }

        if (network.IsNodeLocal
            || (address.Address.Length > 0 && state.Addresses.HeldBy(owner).Contains(new(id, address.Address))))
        {
            return address;
        }

        if (state.Addresses.Take(owner, id) is { } taken)
        {
            return new(id, taken);
        }

        problem = network.Usage;
        return null;
    }
}
