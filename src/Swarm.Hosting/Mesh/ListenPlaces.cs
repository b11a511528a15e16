using System.Net;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Mesh;

/// <summary>Where a node answers a published port.</summary>
/// <param name="usual">Where it answers those that say nothing of it.</param>
internal sealed class ListenPlaces(IPAddress usual)
{
    private IPAddress[]? _own;

    /// <summary>The node's addresses among those that are asked for.</summary>
    /// <param name="ranges">Addresses and ranges; none for the usual one.</param>
    public IEnumerable<IPAddress> For(ValueList<string> ranges)
    {
        if (ranges.IsEmpty)
        {
            return [usual];
        }

        _own ??= [usual, .. LocalInterface.List().SelectMany(item => item.Addresses)];
        return Within(ranges, _own);
    }

    /// <summary>The same for an explicit list of addresses. Pure.</summary>
    public static IReadOnlyList<IPAddress> Within(IEnumerable<string> ranges, IReadOnlyList<IPAddress> own)
    {
        var places = new List<IPAddress>();
        foreach (var range in ranges)
        {
            if (IPAddress.TryParse(range, out var address))
            {
                // All of 127.0.0.0/8 is this machine's, whatever its interfaces say.
                places.AddRange(IPAddress.IsLoopback(address) ? [address] : own.Where(address.Equals));
            }
            else if (IPNetwork.TryParse(range, out var network))
            {
                places.AddRange(own.Where(network.Contains));
            }
        }

        return [.. places.Distinct()];
    }
}
