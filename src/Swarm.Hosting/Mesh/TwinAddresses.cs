using System.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// The loopback address of a node that stands for each address of its networks: the one with the same last two bytes,
/// or the next free one where two networks meet. Processes have no network of their own in which 10.0.1.5 could be.
/// </summary>
/// <remarks>Safe for any number of threads.</remarks>
internal sealed class TwinAddresses(LoopbackBlock block)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, ushort> _places = [];
    private readonly HashSet<ushort> _taken = [0, ushort.MaxValue];

    /// <summary>The twin of an address, the same as long as it is kept; null for what is none, or when all are taken.</summary>
    public IPAddress? Of(string address)
    {
        if (!IPAddress.TryParse(address, out var original))
        {
            return null;
        }

        lock (_gate)
        {
            if (!_places.TryGetValue(original, out var place))
            {
                if (_taken.Count > ushort.MaxValue)
                {
                    return null;
                }

                var bytes = original.GetAddressBytes();
                place = (ushort)((bytes[^2] << 8) | bytes[^1]);
                while (!_taken.Add(place))
                {
                    place++;
                }

                _places.Add(original, place);
            }

            return block.Address(place);
        }
    }

    /// <summary>Forgets the twins of all others.</summary>
    public void KeepOnly(IReadOnlySet<string> addresses)
    {
        lock (_gate)
        {
            foreach (var (original, place) in _places.Where(item => !addresses.Contains(item.Key.ToString())).ToArray())
            {
                _places.Remove(original);
                _taken.Remove(place);
            }
        }
    }
}
