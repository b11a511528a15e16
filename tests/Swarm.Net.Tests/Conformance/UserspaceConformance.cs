namespace Swarm.Net.Tests.Conformance;

public sealed class UserspaceConformance : DataplaneConformance
{
    private protected override IDataplane Make() => new UserspaceDataplane(new UserspaceOptions { Time = Time });
}
