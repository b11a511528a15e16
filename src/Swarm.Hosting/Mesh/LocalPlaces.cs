using System.Collections.Immutable;
using System.Net;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// Where tasks of a node listen that have a network of their own, by the node's numbers of their ports. Immutable.
/// </summary>
/// <param name="places">The places.</param>
internal sealed class LocalPlaces(ImmutableDictionary<(int Number, bool IsUdp), IPEndPoint> places)
{
    public static LocalPlaces None { get; } = new(ImmutableDictionary<(int, bool), IPEndPoint>.Empty);

    /// <summary>Where the task listens that has a number of the node; null for tasks on the node's own network.</summary>
    public IPEndPoint? Find(int number, bool isUdp) => places.GetValueOrDefault((number, isUdp));

    /// <summary>What the node answers so that others reach these tasks at its numbers.</summary>
    public IEnumerable<VirtualServer> Servers(IPAddress listen) => places
        .OrderBy(place => place.Key.Number)
        .Select(place => new VirtualServer(
            new Frontend(listen, place.Key.Number, place.Key.IsUdp ? Transport.Udp : Transport.Tcp),
            [new Backend(place.Value.Address, place.Value.Port)]));
}
