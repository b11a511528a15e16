namespace Swarm;

/// <summary>Where a secret or config appears in a container.</summary>
/// <param name="Name">File name, or absolute path.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record FileTarget(string Name, string Uid = "0", string Gid = "0", uint Mode = 0x124);
