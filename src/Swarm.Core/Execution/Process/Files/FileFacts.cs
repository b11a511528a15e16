using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>What the system knows of a file itself; links are not followed.</summary>
internal readonly record struct FileFacts(uint Links, uint Owner, int Mode)
{
    private const int TypeMask = 0xF000;
    private const int DirectoryType = 0x4000;
    private const int RegularType = 0x8000;
    private const int WritableByOthers = 0x12;

    // The layout of struct statx is the same on every architecture.
    private const int StatxSize = 256;
    private const int LinksOffset = 16;
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;

    internal bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    internal bool IsRegular => (Mode & TypeMask) == RegularType;

    internal bool IsOwn => Owner == Libc.EffectiveUserId();

    /// <summary>A directory in which nobody else can put or take away anything.</summary>
    internal bool IsOwnDirectory => IsDirectory && IsOwn && (Mode & WritableByOthers) == 0;

    /// <summary>The facts of a path; null when there is nothing.</summary>
    internal static unsafe FileFacts? Of(string path)
    {
        var buffer = stackalloc byte[StatxSize];
        return Libc.StatExtended(Libc.WorkingDirectory, path, Libc.NoFollow, Libc.BasicStat, buffer) < 0
            ? null
            : new(
                MemoryMarshal.Read<uint>(new(buffer + LinksOffset, sizeof(uint))),
                MemoryMarshal.Read<uint>(new(buffer + OwnerOffset, sizeof(uint))),
                MemoryMarshal.Read<ushort>(new(buffer + ModeOffset, sizeof(ushort))));
    }
}
