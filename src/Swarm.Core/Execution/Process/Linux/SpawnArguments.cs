using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>Unmanaged copies of what <c>posix_spawn</c> is given.</summary>
internal sealed unsafe class SpawnArguments : IDisposable
{
    // Both opaque structures are smaller than this in every C library.
    private const int OpaqueSize = 1024;
    private const int HighestSignal = 31;
    private const int FirstOpen = 3;

    private readonly List<nint> _allocated = [];

    internal SpawnArguments(LaunchRequest request, LaunchStreams streams, int gate)
    {
        try
        {
            Path = CopyText(request.Executable);
            Arguments = CopyAll(request.Arguments);
            Environment = CopyAll(request.Environment.Select(variable => variable.ToString()).ToValueList());
            Actions = Allocate(OpaqueSize);
            Attributes = Allocate(OpaqueSize);
            SetActions(request.WorkingDirectory, streams, gate);
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

    private void SetActions(string workingDirectory, LaunchStreams streams, int gate)
    {
        var open = FirstOpen;
        _ = Libc.SpawnActionsInit(Actions);
        SetStreams(streams);
        if (gate >= 0)
        {
            _ = Libc.SpawnActionsAddDuplicate(Actions, gate, LaunchGate.Descriptor);
            open = LaunchGate.Descriptor + 1;
        }

        _ = Libc.SpawnActionsAddChangeDirectory(Actions, CopyText(workingDirectory));
        try
        {
            // .NET opens everything close-on-exec, native libraries in the host may not.
            _ = Libc.SpawnActionsAddCloseFrom(Actions, open);
        }
        catch (EntryPointNotFoundException)
        {
            // The C library does not have it; glibc does from 2.34.
        }
    }

    private void SetStreams(LaunchStreams streams)
    {
        if (streams.Terminal is { } terminal)
        {
            // The first terminal that a leader of a session without one opens becomes the one that controls it.
            _ = Libc.SpawnActionsAddOpen(Actions, 0, CopyText(terminal), Libc.OpenReadWrite, 0);
            _ = Libc.SpawnActionsAddDuplicate(Actions, 0, 1);
            _ = Libc.SpawnActionsAddDuplicate(Actions, 0, 2);
            return;
        }

        _ = streams.Input < 0
            ? Libc.SpawnActionsAddOpen(Actions, 0, CopyText("/dev/null"), Libc.OpenReadOnly, 0)
            : Libc.SpawnActionsAddDuplicate(Actions, streams.Input, 0);
        _ = Libc.SpawnActionsAddDuplicate(Actions, streams.Output, 1);
        _ = Libc.SpawnActionsAddDuplicate(Actions, streams.Errors, 2);
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
