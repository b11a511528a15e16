using System.Runtime.InteropServices;

namespace Swarm.Tool.Commands;

/// <summary>
/// Keeps the memory of this process, through which keys and values of secrets pass, out of core dumps and out of the
/// reach of other processes of the same user. Processes that it starts are not concerned.
/// </summary>
internal static partial class CoreDumps
{
    // PR_SET_DUMPABLE of prctl(2). Dumps that .NET itself is asked for by DOTNET_DbgEnableMiniDump are another matter.
    private const int SetDumpable = 4;

    /// <summary>Forbids dumps where the system knows of such a thing.</summary>
    /// <returns>False when it should have been possible and was not.</returns>
    public static bool TryForbid() => !OperatingSystem.IsLinux() || Control(SetDumpable, 0, 0, 0, 0) == 0;

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);
}
