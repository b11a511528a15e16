namespace Swarm;

/// <summary>A processor architecture and an operating system; an empty part matches any.</summary>
/// <param name="Architecture">Architecture as <c>uname -m</c> names it, such as <c>x86_64</c>.</param>
/// <param name="OperatingSystem">Operating system, such as <c>linux</c>.</param>
public sealed record Platform(string Architecture = "", string OperatingSystem = "");
