using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>Unmanaged copies of what <c>posix_spawn</c> is given.</summary>
internal sealed unsafe class SpawnArguments : IDisposable
{
    // Both opaque structures are smaller than this in every C library.
    private const int OpaqueSize = 1024;
    private const int HighestSignal = 31;

    private readonly List<nint> _allocated = [];

    internal SpawnArguments(LaunchRequest request, int standardInput, int standardOutput, int standardError)
    {
        try
        {
            Path = CopyText(request.Executable);
            Arguments = CopyAll(request.Arguments);
            Environment = CopyAll(request.Environment.Select(variable => variable.ToString()).ToValueList());
            Actions = Allocate(OpaqueSize);
            Attributes = Allocate(OpaqueSize);
            SetActions(request.WorkingDirectory, standardInput, standardOutput, standardError);
            SetAttributes();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal byte* Path { get; }

    internal byte** Arguments { get; }

    internal byte** Environment { get; }

    internal void* Actions { get; }

    internal void* Attributes { get; }

    public void Dispose()
    {
        if (_allocated.Count == 0)
        {
            return;
        }

        if (Actions is not null)
        {
            _ = Libc.SpawnActionsDestroy(Actions);
        }

        if (Attributes is not null)
        {
            _ = Libc.SpawnAttributesDestroy(Attributes);
        }

        _allocated.ForEach(Marshal.FreeCoTaskMem);
        _allocated.Clear();
    }

    private void SetActions(string workingDirectory, int standardInput, int standardOutput, int standardError)
    {
        _ = Libc.SpawnActionsInit(Actions);
        _ = standardInput < 0
            ? Libc.SpawnActionsAddOpen(Actions, 0, CopyText("/dev/null"), Libc.OpenReadOnly, 0)
            : Libc.SpawnActionsAddDuplicate(Actions, standardInput, 0);
        _ = Libc.SpawnActionsAddDuplicate(Actions, standardOutput, 1);
        _ = Libc.SpawnActionsAddDuplicate(Actions, standardError, 2);
        _ = Libc.SpawnActionsAddChangeDirectory(Actions, CopyText(workingDirectory));
        try
        {
            // .NET opens everything close-on-exec, native libraries in the host may not.
            _ = Libc.SpawnActionsAddCloseFrom(Actions, 3);
        }
        catch (EntryPointNotFoundException)
        {
            // The C library does not have it; glibc does from 2.34.
        }
    }

    // The runtime ignores and blocks signals for itself; a task starts with none of that.
    private void SetAttributes()
    {
        var signals = stackalloc byte[OpaqueSize];
        _ = Libc.SpawnAttributesInit(Attributes);
        _ = Libc.SignalSetEmpty(signals);
        _ = Libc.SpawnAttributesSetSignalMask(Attributes, signals);
        for (var signal = 1; signal <= HighestSignal; signal++)
        {
            _ = Libc.SignalSetAdd(signals, signal);
        }

        _ = Libc.SpawnAttributesSetSignalDefaults(Attributes, signals);
        _ = Libc.SpawnAttributesSetFlags(
            Attributes,
            Libc.SpawnSetSession | Libc.SpawnSetSignalMask | Libc.SpawnSetSignalDefaults);
    }

    private byte** CopyAll(ValueList<string> texts)
    {
        var array = (byte**)Allocate((texts.Count + 1) * sizeof(byte*));
        for (var index = 0; index < texts.Count; index++)
        {
            array[index] = CopyText(texts[index]);
        }

        array[texts.Count] = null;
        return array;
    }

    private byte* CopyText(string text)
    {
        var copy = Marshal.StringToCoTaskMemUTF8(text);
        _allocated.Add(copy);
        return (byte*)copy;
    }

    private void* Allocate(int size)
    {
        var memory = Marshal.AllocCoTaskMem(size);
        _allocated.Add(memory);
        NativeMemory.Clear((void*)memory, (nuint)size);
        return (void*)memory;
    }
}
