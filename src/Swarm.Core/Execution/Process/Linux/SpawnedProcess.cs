namespace Swarm.Execution.Processes;

/// <summary>A running process and everything it started.</summary>
/// <remarks>
/// Only its own id is ever waited for, so other children of the host are left to whoever started them.
/// </remarks>
internal sealed unsafe class SpawnedProcess
{
    private const int SignalOffset = 128;
    private const int BufferSize = 65_536;

    private readonly Lock _gate = new();
    private readonly EventLoop _loop;
    private readonly ProcessGroup _group;
    private readonly OutputSink _sink;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<LogStream, (int Descriptor, ulong Token)> _outputs = [];
    private byte[]? _buffer;
    private bool _reaped;

    internal SpawnedProcess(int pid, LaunchRequest request, EventLoop loop, int output, int errors)
    {
        Pid = pid;
        _loop = loop;
        _group = request.Group;
        _sink = request.Output;
        lock (_gate)
        {
            Watch(LogStream.Stdout, output);
            Watch(LogStream.Stderr, errors);
        }

        WatchExit();
    }

    internal int Pid { get; }

    /// <summary>
    /// The exit code as Docker has it: 128 + signal after a signal. Everything it started is killed by then.
    /// </summary>
    internal Task<int> Exited => _exited.Task;

    /// <summary>Completes when nobody can write output any more.</summary>
    internal Task OutputClosed => _outputClosed.Task;

    /// <summary>Sends a signal to the process itself; false when it has ended.</summary>
    internal bool TrySignal(int signal)
    {
        // Until it is reaped its id cannot belong to another process.
        lock (_gate)
        {
            return !_reaped && Libc.Kill(Pid, signal) == 0;
        }
    }

    /// <summary>Kills it and everything it started.</summary>
    internal void KillTree()
    {
        lock (_gate)
        {
            if (!_reaped)
            {
                _ = Libc.Kill(Pid, Libc.SigKill);
                _group.Kill(Pid);
            }
        }
    }

    /// <summary>Stops reading, although somebody may still hold the other end.</summary>
    internal void CloseOutput()
    {
        CloseOutput(LogStream.Stdout);
        CloseOutput(LogStream.Stderr);
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
        else
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

        ulong token = 0;
        lock (_gate)
        {
            token = _loop.Register(descriptor, () =>
            {
                lock (_gate)
                {
                    _loop.Close(descriptor, token);
                }

                Reap();
            });
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
            _group.Kill(Pid);
            while (Libc.WaitPid(Pid, out status, 0) < 0)
            {
                if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Libc.ErrInterrupted)
                {
                    // Somebody in this host waits for any child and took the exit code.
                    status = 0xFF00;
                    break;
                }
            }

            _reaped = true;
        }

        var signal = status & 0x7F;
        _exited.TrySetResult(signal == 0 ? (status >> 8) & 0xFF : SignalOffset + signal);
    }
}
