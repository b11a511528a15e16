namespace Swarm;

/// <summary>A resource limit of a process.</summary>
/// <param name="Name">Name such as <c>nofile</c>.</param>
/// <param name="Soft">Limit the process may raise up to <paramref name="Hard"/>.</param>
/// <param name="Hard">Limit it may not raise.</param>
public sealed record Ulimit(string Name, long Soft, long Hard);
