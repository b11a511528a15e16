using Swarm.Raft.Storage.Files;
using Swarm.Raft.Storage.Files.InMemory;

namespace Swarm.Simulation.Tests;

/// <summary>Gives every profile its disks.</summary>
internal static class Disks
{
    public static SimWorld Play(ulong seed, Profile profile, Action<string>? tell = null) => profile == Profile.Disk
        ? PlayFiles(seed, null, tell)
        : Histories.Play(seed, profile, HostMistake.None, tell);

    /// <summary>Plays a history over real logs, whose file system may be one that lies.</summary>
    public static SimWorld PlayFiles(ulong seed, Func<InMemoryDisk, IFileSystem>? files, Action<string>? tell = null) =>
        Histories.Play(
            seed,
            Profile.Disk,
            HostMistake.None,
            (_, _, entries, state, random) => new FileDisk(entries, state, random, files),
            tell);
}
