namespace Swarm.Net.Tests.Guest;

/// <summary>The suites that a guest runs.</summary>
[CollectionDefinition(nameof(GuestCollection))]
public sealed class GuestCollection : ICollectionFixture<GuestRun>;
