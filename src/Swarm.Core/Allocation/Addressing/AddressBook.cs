namespace Swarm.Allocation.Addressing;

/// <summary>
/// Who holds which address on which network. The store is the truth: <see cref="Settle"/> brings an owner's page in
/// line with it, and what was taken but never written is given back that way.
/// </summary>
/// <remarks>Pure bookkeeping; not thread-safe: one loop owns it.</remarks>
internal sealed class AddressBook
{
    private readonly Dictionary<NetworkId, NetworkAddresses> _networks = [];
    private readonly Dictionary<AddressOwner, List<HeldAddress>> _held = [];

    public IReadOnlyDictionary<NetworkId, NetworkAddresses> Networks => _networks;

    /// <summary>Opens the page of a network.</summary>
    public void Add(NetworkId id, NetworkAddresses network) => _networks.Add(id, network);

    /// <summary>Forgets a network and every address on it; null when it was not known.</summary>
    public NetworkAddresses? Remove(NetworkId id)
    {
        if (!_networks.Remove(id, out var network))
        {
            return null;
        }

        foreach (var (owner, held) in _held)
        {
            if (held.RemoveAll(item => item.Network == id) > 0 && held.Count == 0)
            {
                _held.Remove(owner);
            }
        }

        return network;
    }

    /// <summary>The addresses of an owner.</summary>
    public IReadOnlyList<HeldAddress> HeldBy(AddressOwner owner) => _held.TryGetValue(owner, out var held) ? held : [];

    /// <summary>
    /// Makes an owner hold exactly these addresses. One that somebody else holds stays with them; one on an unknown
    /// network is left out.
    /// </summary>
    /// <returns>True when an address became free.</returns>
    public bool Settle(AddressOwner owner, IReadOnlyList<HeldAddress> shown)
    {
        var freed = false;
        if (_held.TryGetValue(owner, out var held))
        {
            for (var i = held.Count - 1; i >= 0; i--)
            {
                if (!shown.Contains(held[i]))
                {
                    _networks[held[i].Network].Free(held[i].Address);
                    held.RemoveAt(i);
                    freed = true;
                }
            }
        }

        foreach (var item in shown)
        {
            if (item.Address.Length > 0
                && held?.Contains(item) != true
                && _networks.TryGetValue(item.Network, out var network)
                && network.Take(item.Address) is { } taken)
            {
                Note(owner, new(item.Network, taken));
            }
        }

        if (held is { Count: 0 })
        {
            _held.Remove(owner);
        }

        return freed;
    }

    /// <summary>Takes an address for an owner, a certain one or the next; null when it cannot be had.</summary>
    public string? Take(AddressOwner owner, NetworkId id, string wanted = "")
    {
        var network = _networks[id];
        var taken = wanted.Length > 0 ? network.Take(wanted) : network.TakeNext();
        if (taken is not null)
        {
            Note(owner, new(id, taken));
        }

        return taken;
    }

    private void Note(AddressOwner owner, HeldAddress item)
    {
        if (!_held.TryGetValue(owner, out var held))
        {
            _held.Add(owner, held = []);
        }

        held.Add(item);
    }
}
