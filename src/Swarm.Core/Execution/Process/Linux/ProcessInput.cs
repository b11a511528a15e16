using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>The end of a pipe or terminal that a process reads from. One writer at a time.</summary>
internal sealed class ProcessInput(int descriptor, EventLoop loop) : IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _writable = NewSource();
    private ulong _token;
    private bool _closed;

    /// <summary>Writes everything; waits while the process does not read.</summary>
    /// <exception cref="IOException">Nobody can read it any more.</exception>
    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            var written = Write(data.Span, out var writable);
            data = data[written..];
            if (written == 0)
            {
                await writable.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Tells a terminal its size.</summary>
    internal void Resize(TerminalSize size)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                PseudoTerminal.Resize(descriptor, size);
            }
        }
    }

    /// <summary>Ends the input.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _writable.TrySetResult();
            if (_token == 0)
            {
                _ = Libc.Close(descriptor);
            }
            else
            {
                loop.Close(descriptor, _token);
            }
        }
    }

    // Nothing when there is no room; the task tells when it is worth another try.
    private unsafe int Write(ReadOnlySpan<byte> data, out Task writable)
    {
        lock (_gate)
        {
            writable = Task.CompletedTask;
            if (_closed)
            {
                throw new IOException("the input of the command is closed");
            }

            nint count;
            fixed (byte* pointer = data)
            {
                count = Libc.Write(descriptor, pointer, data.Length);
            }

            if (count >= 0)
            {
                return (int)count;
            }

            writable = Marshal.GetLastPInvokeError() switch
            {
                Libc.ErrInterrupted => Task.CompletedTask,
                Libc.ErrAgain => RoomAsync(),
                _ => throw Libc.Error("write"),
            };
            return 0;
        }
    }

    private Task RoomAsync()
    {
        _writable = NewSource();
        if (_token == 0)
        {
            _token = loop.RegisterWriter(descriptor, Writable);
        }
        else
        {
            loop.AwaitWriter(descriptor, _token);
        }

        return _writable.Task;
    }

    private void Writable()
    {
        lock (_gate)
        {
            _writable.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
