namespace Swarm;

/// <summary>A named driver with its options.</summary>
/// <param name="Name">Name of the driver.</param>
/// <param name="Options">Its options.</param>
public sealed record Driver(string Name, ValueDictionary<string> Options = default);
