namespace Swarm.Execution.Processes;

/// <summary>A running process and everything it started.</summary>
/// <remarks>
/// Only its own id is ever waited for, so other children of the host are left to whoever started them. A process that
/// was started by an earlier life of the node is no child: it is signalled by its descriptor, because its id may belong
/// to another process at any time, and its exit code goes to somebody else.
/// </remarks>
internal sealed unsafe class SpawnedProcess
{
    internal const int SignalOffset = 128;
    private const int BufferSize = 65_536;

    private readonly Lock _gate = new();
    private readonly EventLoop _loop;
    private readonly ProcessGroup _group;
    private readonly OutputSink _sink;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<LogStream, (int Descriptor, ulong Token)> _outputs = [];
    private byte[]? _buffer;
    private readonly bool _adopted;
    private readonly bool _leavesDescendants;
    private (int Descriptor, ulong Token) _handle = (-1, 0);
    private bool _reaped;

    internal SpawnedProcess(int pid, LaunchRequest request, EventLoop loop, LaunchStreams streams)
    {
        Pid = pid;
        _loop = loop;
        _group = request.Group;
        _sink = request.Output;
        _leavesDescendants = request.LeavesDescendants;
        lock (_gate)
        {
            Watch(LogStream.Stdout, streams.TakeOutput());
            if (streams.TakeErrors() is >= 0 and var errors)
            {
                Watch(LogStream.Stderr, errors);
            }
        }

        Input = streams.TakeInput() is >= 0 and var input ? new(input, loop) : null;
        WatchExit();
    }

    private SpawnedProcess(int pid, int handle, ProcessGroup group, OutputSink sink, EventLoop loop)
    {
        Pid = pid;
        _adopted = true;
        _loop = loop;
        _group = group;
        _sink = sink;
        Follow(handle);
    }

    internal int Pid { get; }

    /// <summary>Its input or its terminal; null when it has neither.</summary>
    internal ProcessInput? Input { get; }

    /// <summary>
    /// The exit code as Docker has it: 128 + signal after a signal. Everything it started is killed by then, unless the
    /// request said otherwise.
    /// </summary>
    internal Task<int> Exited => _exited.Task;

    /// <summary>False when the exit code went to somebody else; <see cref="Exited"/> gives 255 then.</summary>
    internal bool IsExitKnown { get; private set; } = true;

    /// <summary>Completes when nobody can write output any more.</summary>
    internal Task OutputClosed => _outputClosed.Task;

    /// <summary>Takes over a process that an earlier life of the node started; null when it has ended.</summary>
    /// <remarks>Kernels before 5.3 cannot tell of the end of such a process; there is nothing to take over then.</remarks>
    internal static SpawnedProcess? TryAdopt(
        ProcessIdentity identity,
        ProcessGroup group,
        OutputSink sink,
        string outputDirectory,
        EventLoop loop)
    {
        var handle = (int)Libc.Syscall(Libc.SyscallPidfdOpen, identity.Pid, 0);
        if (handle < 0)
        {
            return null;
        }

        // Looked at after the descriptor was opened: what has the old start now had the id then, too.
        if (!identity.IsAlive)
        {
            _ = Libc.Close(handle);
            return null;
        }

        var process = new SpawnedProcess(identity.Pid, handle, group, sink, loop);
        process.ReadOn(LogStream.Stdout, Path.Combine(outputDirectory, ProcessLauncher.OutputName));
        process.ReadOn(LogStream.Stderr, Path.Combine(outputDirectory, ProcessLauncher.ErrorsName));
        return process;
    }

    /// <summary>Lets go of the process, which runs on for somebody else to take over.</summary>
    internal void Release()
    {
        lock (_gate)
        {
            foreach (var (descriptor, token) in _outputs.Values.Append(_handle))
            {
                _loop.Close(descriptor, token);
            }

            _outputs.Clear();
            _reaped = true;
        }
    }

    /// <summary>Sends a signal to the process itself; false when it has ended.</summary>
    internal bool TrySignal(int signal)
    {
        // Until it is reaped its id cannot belong to another process.
        lock (_gate)
        {
            return !_reaped && Signal(signal);
        }
    }

    /// <summary>Kills it and everything it started.</summary>
    internal void KillTree()
    {
        lock (_gate)
        {
            if (!_reaped)
            {
                _group.Kill(Signal(Libc.SigKill) ? Pid : 0);
            }
        }
    }

    /// <summary>Leaves output where it is, so that the process waits when it writes more than a pipe holds.</summary>
    internal void PauseOutput()
    {
        lock (_gate)
        {
            foreach (var (descriptor, _) in _outputs.Values)
            {
                _loop.Pause(descriptor);
            }
        }
    }

    /// <summary>Reads on.</summary>
    internal void ResumeOutput()
    {
        lock (_gate)
        {
            foreach (var (descriptor, token) in _outputs.Values)
            {
                _loop.Resume(descriptor, token);
            }
        }
    }

    /// <summary>Stops reading, although somebody may still hold the other end.</summary>
    internal void CloseOutput()
    {
        CloseOutput(LogStream.Stdout);
        CloseOutput(LogStream.Stderr);
    }

    private bool Signal(int signal) => _adopted
        ? Libc.Syscall(Libc.SyscallPidfdSendSignal, _handle.Descriptor, signal, 0, 0) == 0
        : Libc.Kill(Pid, signal) == 0;

    private void ReadOn(LogStream stream, string path)
    {
        lock (_gate)
        {
            try
            {
                Watch(stream, Pipe.OpenReader(path));
            }
            catch (IOException)
            {
                // Somebody has removed the pipe; the rest of the output is nobody's.
            }
        }
    }

    private void Watch(LogStream stream, int descriptor)
    {
        var token = _loop.Register(descriptor, () => Read(stream, descriptor));
        _outputs.Add(stream, (descriptor, token));
    }

    // Runs on the loop's thread, one stream at a time, so one buffer serves both.
    private void Read(LogStream stream, int descriptor)
    {
        var buffer = _buffer ??= new byte[BufferSize];
        nint count;
        fixed (byte* pointer = buffer)
        {
            count = Libc.Read(descriptor, pointer, buffer.Length);
        }

        if (count > 0)
        {
            _sink(stream, buffer.AsSpan(0, (int)count));
        }
        else if (count == 0 || System.Runtime.InteropServices.Marshal.GetLastPInvokeError()
            is not (Libc.ErrAgain or Libc.ErrInterrupted))
        {
            CloseOutput(stream);
        }
    }

    private void CloseOutput(LogStream stream)
    {
        bool last;
        lock (_gate)
        {
            if (!_outputs.Remove(stream, out var output))
            {
                return;
            }

            _loop.Close(output.Descriptor, output.Token);
            last = _outputs.Count == 0;
        }

        if (last)
        {
            _outputClosed.TrySetResult();
        }
    }

    private void WatchExit()
    {
        var descriptor = (int)Libc.Syscall(Libc.SyscallPidfdOpen, Pid, 0);
        if (descriptor < 0)
        {
            // Kernels before 5.3 have no descriptors for processes: a thread waits instead.
            new Thread(WaitForExit) { IsBackground = true, Name = "swarm-process-wait" }.Start();
            return;
        }

        Follow(descriptor);
    }

    private void Follow(int handle)
    {
        lock (_gate)
        {
            _handle = (handle, _loop.Register(handle, Reap));
        }
    }

    private void WaitForExit()
    {
        const int byPid = 1;
        const int exitedWithoutReaping = 4 | 0x01000000;
        Span<byte> information = stackalloc byte[128];
        fixed (byte* pointer = information)
        {
            while (Libc.WaitId(byPid, (uint)Pid, pointer, exitedWithoutReaping) < 0
                && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Libc.ErrInterrupted)
            {
                // A signal to the host interrupted the wait.
            }
        }

        Reap();
    }

    // The rest of the tree goes first: as long as the dead process is not reaped, its session cannot be mistaken.
    private void Reap()
    {
        int status;
        lock (_gate)
        {
            if (_reaped)
            {
                return;
            }

            if (!_leavesDescendants)
            {
                // An id that does not wait for this process may be another's by now.
                _group.Kill(_adopted ? 0 : Pid);
            }

            while (Libc.WaitPid(Pid, out status, 0) < 0)
            {
                if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Libc.ErrInterrupted)
                {
                    // It is no child of this process, or somebody in this host waits for any child.
                    status = 0xFF00;
                    IsExitKnown = false;
                    break;
                }
            }

            _reaped = true;
            _loop.Close(_handle.Descriptor, _handle.Token);
        }

        var signal = status & 0x7F;
        _exited.TrySetResult(signal == 0 ? (status >> 8) & 0xFF : SignalOffset + signal);
    }
}
