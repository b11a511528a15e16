namespace Swarm.Allocation;

/// <summary>
/// Who publishes which port on the routing mesh. Numbers are unique per protocol; those that the swarm chooses come
/// from 30000 to 32767, each after the one given out last.
/// </summary>
/// <remarks>Pure bookkeeping; not thread-safe: one loop owns it.</remarks>
internal sealed class PortAllocator
{
    public const int FirstDynamic = 30_000;
    public const int LastDynamic = 32_767;

    private readonly Dictionary<PortKey, ServiceId> _owners = [];
    private readonly Dictionary<ServiceId, List<PortKey>> _held = [];
    private readonly Dictionary<PortProtocol, int> _next = [];

    /// <summary>
    /// Brings the books in line with what the store shows for a service: it holds these ports and no others. A port
    /// that somebody else holds stays with them.
    /// </summary>
    /// <returns>True when a port became free.</returns>
    public bool Settle(ServiceId owner, ValueList<PortPublication> ports)
    {
        var kept = new HashSet<PortKey>();
        foreach (var port in ports)
        {
            if (IsAllocated(port) && port.PublishedPort != 0)
            {
                kept.Add(KeyOf(port));
            }
        }

        var freed = Drop(owner, kept);
        Take(owner, kept);
        return freed;
    }

    /// <summary>
    /// Gives a service the ports of its spec, besides those it holds until <see cref="Settle"/> tells that the store
    /// has the new ones. Ports without a number keep the one they have; those with a number get exactly that or the
    /// whole request fails, and then nothing has changed.
    /// </summary>
    /// <param name="owner">The service.</param>
    /// <param name="wanted">The ports of its spec.</param>
    /// <param name="current">Its ports as allocated so far.</param>
    public PortAllocation Allocate(
        ServiceId owner,
        ValueList<PortPublication> wanted,
        ValueList<PortPublication> current)
    {
        var taken = new HashSet<PortKey>();
        foreach (var port in wanted)
        {
            if (!IsAllocated(port) || port.PublishedPort == 0)
            {
                continue;
            }

            if (_owners.TryGetValue(KeyOf(port), out var other) && other != owner)
            {
                return new([], $"port '{port.PublishedPort}' is already in use by service {other} as an ingress port");
            }

            taken.Add(KeyOf(port));
        }

        if (ChooseNumbers(owner, wanted, current, taken) is not { } ports)
        {
            return new([], $"there is no free port left between {FirstDynamic} and {LastDynamic}");
        }

        Take(owner, taken);
        return new(ValueList.Create<PortPublication>(ports), "");
    }

    /// <summary>Gives up all ports of a service; true when it had any.</summary>
    public bool Release(ServiceId owner) => Settle(owner, default);

    // Host-mode ports belong to the nodes; the allocator passes them through.
    private static bool IsAllocated(PortPublication port) => port.Mode == PublishMode.Ingress;

    private static PortKey KeyOf(PortPublication port) => new(port.Protocol, port.PublishedPort);

    private PortPublication[]? ChooseNumbers(
        ServiceId owner,
        ValueList<PortPublication> wanted,
        ValueList<PortPublication> current,
        HashSet<PortKey> taken)
    {
        var ports = wanted.AsSpan().ToArray();
        KeepNumbers(owner, ports, current, taken);
        for (var i = 0; i < ports.Length; i++)
        {
            if (!IsAllocated(ports[i]) || ports[i].PublishedPort != 0)
            {
                continue;
            }

            if (NextFree(owner, ports[i].Protocol, taken) is not { } number)
            {
                return null;
            }

            taken.Add(new(ports[i].Protocol, number));
            ports[i] = ports[i] with { PublishedPort = number };
        }

        return ports;
    }

    private void KeepNumbers(
        ServiceId owner,
        PortPublication[] ports,
        ValueList<PortPublication> current,
        HashSet<PortKey> taken)
    {
        for (var i = 0; i < ports.Length; i++)
        {
            if (!IsAllocated(ports[i]) || ports[i].PublishedPort != 0)
            {
                continue;
            }

            foreach (var earlier in current)
            {
                var key = KeyOf(earlier);
                if (earlier with { PublishedPort = 0 } == ports[i]
                    && _owners.TryGetValue(key, out var holder)
                    && holder == owner
                    && taken.Add(key))
                {
                    ports[i] = earlier;
                    break;
                }
            }
        }
    }

    private int? NextFree(ServiceId owner, PortProtocol protocol, HashSet<PortKey> taken)
    {
        const int count = LastDynamic - FirstDynamic + 1;
        var start = _next.GetValueOrDefault(protocol, FirstDynamic);
        for (var i = 0; i < count; i++)
        {
            var number = FirstDynamic + ((start - FirstDynamic + i) % count);
            PortKey key = new(protocol, number);
            if (!taken.Contains(key) && (!_owners.TryGetValue(key, out var other) || other == owner))
            {
                _next[protocol] = number == LastDynamic ? FirstDynamic : number + 1;
                return number;
            }
        }

        return null;
    }

    private void Take(ServiceId owner, HashSet<PortKey> keys)
    {
        foreach (var key in keys)
        {
            if (!_owners.TryAdd(key, owner))
            {
                continue;
            }

            if (!_held.TryGetValue(owner, out var held))
            {
                _held.Add(owner, held = []);
            }

            held.Add(key);
        }
    }

    private bool Drop(ServiceId owner, HashSet<PortKey> exceptFor)
    {
        if (!_held.TryGetValue(owner, out var held))
        {
            return false;
        }

        var freed = held.RemoveAll(key => !exceptFor.Contains(key) && _owners.Remove(key)) > 0;
        if (held.Count == 0)
        {
            _held.Remove(owner);
        }

        return freed;
    }

    private readonly record struct PortKey(PortProtocol Protocol, int Number);
}
