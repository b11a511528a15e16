using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Net.Userspace;

/// <summary>
/// One thread that waits for its connections and carries what they bring. A connection stays with its loop for life,
/// so nothing here is shared but the queue of what others ask for.
/// </summary>
internal sealed unsafe partial class EventLoop : IAsyncDisposable
{
    private const int BatchSize = 256;
    private const int StackBytes = 256 * 1024;
    private const long WakeToken = -1;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(long);

    private readonly RelayContext _context;
    private readonly ConcurrentQueue<ILoopWork> _posted = new();
    private readonly Queue<(IEventSource Source, int Side)> _again = new();
    private readonly Stack<int> _free = new();
    private readonly List<int> _left = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _epoll;
    private readonly SafeFileHandle _wake;
    private Seat[] _seats = new Seat[64];
    private int _places;
    private int _load;
    private int _isWoken;
    private bool _isStopping;

    /// <exception cref="IOException">The system has no descriptors left.</exception>
    public EventLoop(RelayContext context)
    {
        _context = context;
        Buffer = (byte*)NativeMemory.Alloc((nuint)BufferBytes);
        Now = context.Now;
        _epoll = Posix.EpollCreate(Posix.ClosesOnExec);
        _wake = new SafeFileHandle(Posix.EventDescriptor(0, Posix.NeverBlocks), ownsHandle: true);
        if (_epoll < 0 || _wake.IsInvalid || !Watch(_wake, WakeToken, Posix.Readable))
        {
            var error = Posix.LastError;
            Release();
            throw new IOException($"no event loop can be made: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        new Thread(Run, StackBytes) { IsBackground = true, Name = "swarm-relay" }.Start();
    }

    /// <summary>Where bytes are on their way through.</summary>
    public byte* Buffer { get; }

    public int BufferBytes => _context.Options.BufferBytes;

    public PipePool Pipes { get; } = new();

    /// <summary>When the events came that are being handled, in the plane's time.</summary>
    public long Now { get; private set; }

    /// <summary>Connections it carries; any thread may ask.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <summary>Counts a connection that is on its way here or has ended.</summary>
    public void AddLoad(int count) => Interlocked.Add(ref _load, count);

    /// <summary>Has something done on the loop's thread. Any thread may call.</summary>
    public void Post(ILoopWork work)
    {
        _posted.Enqueue(work);
        if (Interlocked.Exchange(ref _isWoken, 1) == 0)
        {
            ulong one = 1;
            try
            {
                _ = Posix.Write(_wake, (byte*)&one, sizeof(ulong));
            }
            catch (ObjectDisposedException)
            {
                // It was awake, has done what was asked for, and has ended.
            }
        }
    }

    /// <summary>Completes when everything that is asked for by now is done.</summary>
    public Task CatchUpAsync()
    {
        var mark = new Mark();
        Post(mark);
        return mark.Reached.Task;
    }

    /// <summary>Ends the loop and everything on it.</summary>
    public ValueTask DisposeAsync()
    {
        Post(new Stop());
        return new ValueTask(_ended.Task);
    }

    /// <summary>Gives a source a place, by which its events are told.</summary>
    public int Enter(IEventSource source)
    {
        if (!_free.TryPop(out var place))
        {
            place = _places++;
            if (place == _seats.Length)
            {
                Array.Resize(ref _seats, 2 * place);
            }
        }

        ref var seat = ref _seats[place];
        seat = new Seat(source, seat.Turn + 1);
        return place;
    }

    // Events that have come already may still name the place; it is given away again once they are over.
    public void Leave(int place)
    {
        _seats[place].Source = null;
        _left.Add(place);
    }

    public bool Watch(int descriptor, int place, int side, uint events) =>
        Control(Posix.Add, descriptor, Token(place, side), events) == 0;

    public bool Watch(SafeHandle descriptor, int place, uint events) =>
        Watch(descriptor, Token(place, side: 0), events);

    /// <summary>To be called before a descriptor is closed while its source stays.</summary>
    public void Unwatch(int descriptor) => Control(Posix.Remove, descriptor, token: 0, events: 0);

    public void Unwatch(SafeHandle descriptor)
    {
        var pollEvent = stackalloc byte[16];
        _ = Posix.EpollControl(_epoll, Posix.Remove, descriptor, pollEvent);
    }

    /// <summary>Tells a source again what it could not finish, after the others had their turn.</summary>
    public void Again(IEventSource source, int side) => _again.Enqueue((source, side));

    // A closed descriptor lives on in a process that is just being started, and so do its events. The turn tells them
    // from those of whoever has the place now.
    private long Token(int place, int side) =>
        ((long)_seats[place].Turn << 32) | ((long)place << 1) | (uint)side;

    private bool Watch(SafeHandle descriptor, long token, uint events)
    {
        var pollEvent = stackalloc byte[16];
        Write(pollEvent, events, token);
        return Posix.EpollControl(_epoll, Posix.Add, descriptor, pollEvent) == 0;
    }

    private static void Write(byte* pollEvent, uint events, long token)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(pollEvent, sizeof(uint)), events);
        BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(pollEvent + DataOffset, sizeof(long)), token);
    }

    private int Control(int operation, int descriptor, long token, uint events)
    {
        var pollEvent = stackalloc byte[16];
        Write(pollEvent, events, token);
        return Posix.EpollControl(_epoll, operation, descriptor, pollEvent);
    }

    private void Run()
    {
        var events = stackalloc byte[EventSize * BatchSize];
        while (!_isStopping)
        {
            var count = Posix.EpollWait(_epoll, events, BatchSize, _again.Count > 0 ? 0 : Timeout.Infinite);
            Now = _context.Now;
            for (var pending = _again.Count; pending > 0; pending--)
            {
                var (source, side) = _again.Dequeue();
                Tell(source, side, Posix.Readable | Posix.PeerFinished);
            }

            // What others ask for comes last: it may close what has an event in this batch.
            var isWoken = false;
            for (var i = 0; i < count; i++)
            {
                isWoken |= !TryTell(events + (i * EventSize));
            }

            if (isWoken)
            {
                RunPosted();
            }

            foreach (var place in _left)
            {
                _free.Push(place);
            }

            _left.Clear();
        }

        End();
    }

    private bool TryTell(byte* pollEvent)
    {
        var data = new ReadOnlySpan<byte>(pollEvent + DataOffset, sizeof(long));
        var token = BinaryPrimitives.ReadInt64LittleEndian(data);
        if (token == WakeToken)
        {
            return false;
        }

        var events = BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(pollEvent, sizeof(uint)));
        var (place, side) = ((int)((uint)token >> 1), (int)(token & 1));
        if (_seats[place] is { Source: { } source } && token == Token(place, side))
        {
            Tell(source, side, events);
        }

        return true;
    }

    private void Tell(IEventSource source, int side, uint events)
    {
        try
        {
            source.Handle(side, events);
        }
        catch (Exception exception)
        {
            LogFailed(_context.Logger, exception);
            source.Abandon();
        }
    }

    private void RunPosted()
    {
        ulong count;
        _ = Posix.Read(_wake, (byte*)&count, sizeof(ulong));
        Volatile.Write(ref _isWoken, 0);
        Interlocked.MemoryBarrier();
        while (_posted.TryDequeue(out var work))
        {
            try
            {
                work.Run(this);
            }
            catch (Exception exception)
            {
                LogFailed(_context.Logger, exception);
            }
        }
    }

    private void SweepAll()
    {
        for (var place = 0; place < _places; place++)
        {
            _seats[place].Source?.Sweep(Now);
        }
    }

    private void End()
    {
        RunPosted();
        for (var place = 0; place < _places; place++)
        {
            _seats[place].Source?.Abandon();
        }

        Pipes.Dispose();
        Release();
        _ended.SetResult();
    }

    private void Release()
    {
        _ = Posix.Close(_epoll);
        _wake.Dispose();
        NativeMemory.Free(Buffer);
    }

    /// <summary>Who has a place, and how many had it before.</summary>
    private struct Seat(IEventSource source, int turn)
    {
        public IEventSource? Source = source;

        // Positive, or a token might be that of waking up.
        public readonly int Turn = turn & int.MaxValue;
    }

    /// <summary>Sweeps every source of a loop.</summary>
    internal sealed class SweepWork : ILoopWork
    {
        public static SweepWork Instance { get; } = new();

        public void Run(EventLoop loop) => loop.SweepAll();
    }

    private sealed class Mark : ILoopWork
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run(EventLoop loop) => Reached.SetResult();
    }

    private sealed class Stop : ILoopWork
    {
        public void Run(EventLoop loop) => loop._isStopping = true;
    }

    [LoggerMessage(3020, LogLevel.Error, "A connection failed and is cut")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
