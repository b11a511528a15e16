using System.Net;

namespace Swarm.Allocation.Addressing;

/// <summary>The addresses of one subnet of a network.</summary>
internal sealed class AddressPool
{
    private readonly NumberSpace _numbers;
    private readonly ulong _first;
    private readonly ulong _last;
    private readonly ulong _unusable;

    /// <param name="subnet">The subnet.</param>
    /// <param name="range">The part that addresses are chosen from; certain ones may lie outside of it.</param>
    public AddressPool(Subnet subnet, Subnet? range = null)
    {
        Subnet = subnet;
        _numbers = new NumberSpace(subnet.LastOrdinal);

        // The subnet's own address, and the broadcast address, are nobody's.
        _numbers.Take(0);
        if (subnet.IsIPv4)
        {
            _numbers.Take(subnet.LastOrdinal);
        }

        _unusable = _numbers.Taken;
        (_first, _last) = (0, subnet.LastOrdinal);
        if (range is { } part && subnet.OrdinalOf(part.AddressAt(0)) is { } first)
        {
            (_first, _last) = (first, Math.Min(first + part.LastOrdinal, subnet.LastOrdinal));
        }
    }

    public Subnet Subnet { get; }

    /// <summary>How many addresses are given out, gateway and reserved ones included.</summary>
    public ulong Used => _numbers.Taken - _unusable;

    /// <summary>How many there are to give out.</summary>
    public ulong Size => Subnet.LastOrdinal - _unusable + 1;

    /// <summary>The next free address; null when there is none.</summary>
    public ulong? TakeNext() => _numbers.TakeNext(_first, _last);

    /// <summary>A certain address; false when it is taken or not of this subnet.</summary>
    public bool Take(IPAddress address) => Subnet.OrdinalOf(address) is { } ordinal && _numbers.Take(ordinal);

    public void Free(IPAddress address)
    {
        if (Subnet.OrdinalOf(address) is { } ordinal)
        {
            _numbers.Free(ordinal);
        }
    }
}
