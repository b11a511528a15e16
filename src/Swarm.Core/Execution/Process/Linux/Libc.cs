using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>The system calls that .NET has no words for.</summary>
internal static unsafe partial class Libc
{
    internal const int SigKill = 9;
    internal const int SigTerm = 15;

    internal const int ErrNoEntry = 2;
    internal const int ErrNoProcess = 3;
    internal const int ErrInterrupted = 4;
    internal const int ErrExecFormat = 8;
    internal const int ErrAgain = 11;
    internal const int ErrAccess = 13;

    internal const int OpenReadOnly = 0;
    internal const int OpenReadWrite = 2;
    internal const int NoControllingTerminal = 0x100;
    internal const int CloseOnExec = 0x80000;
    internal const int NonBlocking = 0x800;
    internal const int SetFlags = 4;
    internal const int DuplicateCloseOnExec = 1030;
    internal const int SetPipeSize = 1031;

    internal const short SpawnSetSignalDefaults = 0x04;
    internal const short SpawnSetSignalMask = 0x08;
    internal const short SpawnSetSession = 0x80;

    internal const int WorkingDirectory = -100;
    internal const int NoFollow = 0x100;
    internal const uint BasicStat = 0x7FF;

    internal const int WaitNoHang = 1;
    internal const int ClockTicksPerSecond = 2;

    internal const nuint SetWindowSize = 0x5414;

    // The same number on every architecture.
    internal const long SyscallPidfdOpen = 434;
    internal const long SyscallPidfdSendSignal = 424;

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    internal static partial int WaitId(int kind, uint id, byte* information, int options);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long Syscall(long number, long first, long second);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long Syscall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    internal static partial int OpenTerminal(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    internal static partial int GrantTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int EnterNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    internal static partial int UnlockTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    internal static partial int NameOfTerminal(int descriptor, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int ControlDevice(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getegid")]
    internal static partial uint EffectiveGroupId();

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwnerOfLink(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatExtended(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "sysconf")]
    internal static partial long SystemConfiguration(int name);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    internal static partial int SetProcessLimit(int pid, int resource, ulong* limit, ulong* previous);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(int epoll, int operation, int descriptor, byte* pollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int EpollWait(int epoll, byte* events, int count, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static partial int Spawn(
        out int pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int SpawnAttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static partial int SpawnAttributesDestroy(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int SpawnAttributesSetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int SpawnAttributesSetSignalDefaults(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int SpawnAttributesSetSignalMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int SpawnActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static partial int SpawnActionsDestroy(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int SpawnActionsAddDuplicate(void* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    internal static partial int SpawnActionsAddOpen(void* actions, int descriptor, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    internal static partial int SpawnActionsAddChangeDirectory(void* actions, byte* path);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    internal static partial int SpawnActionsAddCloseFrom(void* actions, int descriptor);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    internal static partial int SignalSetEmpty(void* signals);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    internal static partial int SignalSetAdd(void* signals, int signal);

    internal static IOException Error(string what) =>
        new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
