using System.Collections.Immutable;
using System.Net;
using Swarm.Net;

namespace Swarm.Benchmarks.Routing;

/// <summary>Back ends as a swarm has them: some weights, one subnet.</summary>
internal static class RoutingFixture
{
    public static ImmutableArray<Backend> Backends(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
            new Backend(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 8_080, Weight: 1 + (i % 3))),
    ];

    public static VirtualServer Server(int index, ImmutableArray<Backend> backends) =>
        new(new Frontend(IPAddress.Loopback, 1 + index), backends);
}
