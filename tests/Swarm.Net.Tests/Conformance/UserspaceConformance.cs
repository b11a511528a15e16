namespace Swarm.Net.Tests.Conformance;

/// <summary>In turns with those below: a thousand front ends are at the same addresses.</summary>
[Collection(nameof(UserspaceConformance))]
public sealed class UserspaceConformance : DataplaneConformance
{
    private protected override IDataplane Make() => new UserspaceDataplane(new UserspaceOptions { Time = Time });
}

/// <summary>As on systems without epoll.</summary>
[Collection(nameof(UserspaceConformance))]
public sealed class PortableConformance : DataplaneConformance
{
    private protected override IDataplane Make() =>
        new UserspaceDataplane(new UserspaceOptions { Time = Time, EventLoops = 0 });
}
