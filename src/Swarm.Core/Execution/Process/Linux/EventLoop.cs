using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Swarm.Execution.Processes;

/// <summary>One thread that waits for the output and the end of all processes.</summary>
/// <remarks>
/// .NET reads pipes by blocking a pool thread each, which a node with hundreds of tasks cannot afford; and its
/// <see cref="System.Diagnostics.Process"/> waits for children through a handler that this library must not disturb.
/// Descriptors are known by tokens, because a closed descriptor's number may be in use again when its event arrives.
/// </remarks>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int Add = 1;
    private const int Delete = 2;
    private const int Modify = 3;
    private const uint Readable = 1;
    private const uint WritableOnce = 4 | (1u << 30);
    private const int BatchSize = 64;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(ulong);

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Action> _callbacks = [];
    private readonly ILogger _logger;
    private readonly int _epoll;
    private readonly int _wake;
    private ulong _lastToken;
    private bool _started;
    private volatile bool _stopping;

    internal EventLoop(ILogger logger)
    {
        _logger = logger;
        _epoll = Libc.EpollCreate(Libc.CloseOnExec);
        _wake = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (_epoll < 0 || _wake < 0)
        {
            throw Libc.Error("epoll");
        }
    }

    /// <summary>Calls back on the loop's thread whenever the descriptor can be read, until it is removed.</summary>
    internal ulong Register(int descriptor, Action callback) => Register(descriptor, Readable, callback);

    /// <summary>Calls back on the loop's thread, once, when the descriptor can be written or never will.</summary>
    internal ulong RegisterWriter(int descriptor, Action callback) => Register(descriptor, WritableOnce, callback);

    /// <summary>Calls back once more.</summary>
    internal void AwaitWriter(int descriptor, ulong token)
    {
        lock (_gate)
        {
            if (!_stopping && _callbacks.ContainsKey(token))
            {
                Control(Modify, descriptor, token, WritableOnce);
            }
        }
    }

    /// <summary>Stops to call back until <see cref="Resume"/>; a call that is on its way still comes.</summary>
    internal void Pause(int descriptor)
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                Control(Delete, descriptor, 0, Readable);
            }
        }
    }

    /// <summary>Calls back again.</summary>
    internal void Resume(int descriptor, ulong token)
    {
        lock (_gate)
        {
            if (!_stopping && _callbacks.ContainsKey(token))
            {
                Control(Add, descriptor, token, Readable);
            }
        }
    }

    /// <summary>Stops watching a descriptor and closes it.</summary>
    internal void Close(int descriptor, ulong token)
    {
        lock (_gate)
        {
            if (_callbacks.Remove(token))
            {
                if (!_stopping)
                {
                    Control(Delete, descriptor, 0, Readable);
                }

                _ = Libc.Close(descriptor);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
            if (_started)
            {
                ulong one = 1;
                _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
                return;
            }
        }

        CloseAll();
    }

    private ulong Register(int descriptor, uint events, Action callback)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            var token = ++_lastToken;
            _callbacks.Add(token, callback);
            if (Control(Add, descriptor, token, events) < 0)
            {
                _callbacks.Remove(token);
                throw Libc.Error("epoll_ctl");
            }

            if (!_started)
            {
                Control(Add, _wake, 0, Readable);
                new Thread(Run) { IsBackground = true, Name = "swarm-processes" }.Start();
                _started = true;
            }

            return token;
        }
    }

    private int Control(int operation, int descriptor, ulong token, uint events)
    {
        Span<byte> pollEvent = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(pollEvent, events);
        BinaryPrimitives.WriteUInt64LittleEndian(pollEvent[DataOffset..], token);
        fixed (byte* pointer = pollEvent)
        {
            return Libc.EpollControl(_epoll, operation, descriptor, pointer);
        }
    }

    private void Run()
    {
        var events = new byte[EventSize * BatchSize];
        while (!_stopping)
        {
            int count;
            fixed (byte* pointer = events)
            {
                count = Libc.EpollWait(_epoll, pointer, BatchSize, -1);
            }

            for (var index = 0; index < count && !_stopping; index++)
            {
                Dispatch(BinaryPrimitives.ReadUInt64LittleEndian(events.AsSpan((index * EventSize) + DataOffset)));
            }
        }

        CloseAll();
    }

    private void Dispatch(ulong token)
    {
        Action? callback;
        lock (_gate)
        {
            _callbacks.TryGetValue(token, out callback);
        }

        try
        {
            callback?.Invoke();
        }
#pragma warning disable CA1031 // A fault of one task's output must not end the loop that serves all of them.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ExecutorLog.CallbackFailed(_logger, exception);
        }
    }

    private void CloseAll()
    {
        _ = Libc.Close(_epoll);
        _ = Libc.Close(_wake);
    }
}
