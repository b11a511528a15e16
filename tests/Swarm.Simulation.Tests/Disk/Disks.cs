namespace Swarm.Simulation.Tests;

/// <summary>Gives every profile its disks.</summary>
internal static class Disks
{
    public static SimWorld Play(ulong seed, Profile profile, HostMistake mistake = HostMistake.None, Action<string>? tell = null) =>
        Histories.Play(seed, profile, mistake, tell);
}
