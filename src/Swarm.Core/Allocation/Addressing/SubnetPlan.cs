namespace Swarm.Allocation.Addressing;

/// <summary>
/// Which subnets are in use. Networks that ask for none get the next free one of the default pools, which are cut into
/// subnets of equal size.
/// </summary>
internal sealed class SubnetPlan
{
    private readonly Subnet[] _pools;
    private readonly int _size;
    private readonly long _count;
    private readonly HashSet<Subnet> _taken = [];
    private long _next;

    /// <param name="pools">The default pools.</param>
    /// <param name="size">Length of the prefix of the subnets they are cut into.</param>
    public SubnetPlan(IEnumerable<Subnet> pools, int size)
    {
        // Networks get IPv6 only when they ask for a subnet.
        _pools = [.. pools.Where(pool => pool.IsIPv4 && pool.PrefixLength <= size)];
        _size = size;
        _count = _pools.Sum(Parts);
    }

    /// <summary>Takes a certain subnet; false when it overlaps with one in use.</summary>
    public bool Take(Subnet subnet) => !Overlaps(subnet) && _taken.Add(subnet);

    /// <summary>Takes the next free subnet of the default pools; null when there is none left.</summary>
    public Subnet? TakeDefault()
    {
        var start = _next;
        for (var i = 0L; i < _count; i++)
        {
            var subnet = At((start + i) % _count);
            if (Take(subnet))
            {
                // libnetwork forgets its place when the search went around.
                _next = start + i + 1 < _count ? start + i + 1 : 0;
                return subnet;
            }
        }

        return null;
    }

    public void Free(Subnet subnet) => _taken.Remove(subnet);

    private bool Overlaps(Subnet subnet)
    {
        if (_taken.Contains(subnet))
        {
            return true;
        }

        foreach (var taken in _taken)
        {
            if (taken.Overlaps(subnet))
            {
                return true;
            }
        }

        return false;
    }

    private long Parts(Subnet pool) => 1L << (_size - pool.PrefixLength);

    private Subnet At(long index)
    {
        foreach (var pool in _pools)
        {
            if (index < Parts(pool))
            {
                return pool.Part(index, _size);
            }

            index -= Parts(pool);
        }

        throw new ArgumentOutOfRangeException(nameof(index), index, "the pools have no such subnet");
    }
}
