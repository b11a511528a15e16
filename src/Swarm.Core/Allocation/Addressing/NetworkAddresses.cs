using System.Globalization;

namespace Swarm.Allocation.Addressing;

/// <summary>What the allocator keeps of one network.</summary>
/// <param name="name">Its name, for messages.</param>
/// <param name="pools">Its subnets; none when its addresses are the business of each node.</param>
/// <param name="vnis">VXLAN ids of the subnets.</param>
internal sealed class NetworkAddresses(string name, IReadOnlyList<AddressPool> pools, IReadOnlyList<uint> vnis)
{
    public string Name => name;

    public IReadOnlyList<AddressPool> Pools => pools;

    public IReadOnlyList<uint> Vnis => vnis;

    /// <summary>True when each node gives out the addresses.</summary>
    public bool IsNodeLocal => pools.Count == 0;

    /// <summary>True when every address of every subnet is given out.</summary>
    public bool IsFull => pools.Count > 0 && pools.All(pool => pool.Used >= pool.Size);

    /// <summary>The level of <see cref="FillLevel"/> that is reached.</summary>
    public int Fill => FillLevel.Of(Sum(pool => pool.Used), Sum(pool => pool.Size));

    /// <summary>How full the network is, as those say who wait for an address.</summary>
    public string Usage => string.Create(
        CultureInfo.InvariantCulture,
        $"network {name}: {Sum(pool => pool.Used)} of {Sum(pool => pool.Size)} addresses used");

    /// <summary>Takes the next free address; null when there is none.</summary>
    public string? TakeNext()
    {
        foreach (var pool in pools)
        {
            if (pool.TakeNext() is { } ordinal)
            {
                return pool.Subnet.Write(ordinal);
            }
        }

        return null;
    }

    /// <summary>Takes a certain address, given with or without a prefix length; null when it cannot be had.</summary>
    public string? Take(string wanted)
    {
        var withLength = wanted.Contains('/', StringComparison.Ordinal) ? wanted : wanted + "/0";
        if (!Subnet.TryParse(withLength, out _, out var address))
        {
            return null;
        }

        foreach (var pool in pools)
        {
            if (pool.Take(address))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{address}/{pool.Subnet.PrefixLength}");
            }
        }

        return null;
    }

    public void Free(string held)
    {
        if (Subnet.TryParse(held, out _, out var address))
        {
            foreach (var pool in pools)
            {
                pool.Free(address);
            }
        }
    }

    private UInt128 Sum(Func<AddressPool, ulong> of)
    {
        UInt128 sum = 0;
        foreach (var pool in pools)
        {
            sum += of(pool);
        }

        return sum;
    }
}
