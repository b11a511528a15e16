namespace Swarm.Net.Tests.Conformance;

public sealed class UserspaceConformance : DataplaneConformance
{
    private protected override IDataplane Make() => new UserspaceDataplane(new UserspaceOptions { Time = Time });
}

/// <summary>As on systems without epoll.</summary>
public sealed class PortableConformance : DataplaneConformance
{
    private protected override IDataplane Make() =>
        new UserspaceDataplane(new UserspaceOptions { Time = Time, EventLoops = 0 });
}
