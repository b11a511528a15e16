using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Swarm.Net.Userspace;

/// <summary>
/// One thread that waits for its connections and carries what they bring. A connection stays with its loop for life,
/// so nothing here is shared but the queue of what others ask for.
/// </summary>
internal sealed unsafe partial class EventLoop
{
    private const int BatchSize = 256;
    private const int StackBytes = 256 * 1024;
    private const int WakeToken = -1;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(long);

    private readonly RelayContext _context;
    private readonly ConcurrentQueue<ILoopWork> _posted = new();
    private readonly Queue<(int Place, int Side)> _again = new();
    private readonly Stack<int> _free = new();
    private readonly List<int> _left = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _epoll;
    private readonly int _wake;
    private IEventSource?[] _sources = new IEventSource?[64];
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
        _wake = Posix.EventDescriptor(0, Posix.NeverBlocks);
        if (_epoll < 0 || _wake < 0 || Control(Posix.Add, _wake, WakeToken, Posix.Readable) < 0)
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
            _ = Posix.Write(_wake, (byte*)&one, sizeof(ulong));
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
    public Task StopAsync()
    {
        Post(new Stop());
        return _ended.Task;
    }

    /// <summary>Gives a source a place, by which its events are told.</summary>
    public int Enter(IEventSource source)
    {
        if (!_free.TryPop(out var place))
        {
            place = _places++;
            if (place == _sources.Length)
            {
                Array.Resize(ref _sources, 2 * place);
            }
        }

        _sources[place] = source;
        return place;
    }

    // Events that have come already may still name the place; it is given away again once they are over.
    public void Leave(int place)
    {
        _sources[place] = null;
        _left.Add(place);
    }

    public bool Watch(int descriptor, int place, int side, uint events) =>
        Control(Posix.Add, descriptor, Token(place, side), events) == 0;

    public bool Watch(SafeHandle descriptor, int place, uint events)
    {
        var pollEvent = stackalloc byte[16];
        Write(pollEvent, events, Token(place, side: 0));
        return Posix.EpollControl(_epoll, Posix.Add, descriptor, pollEvent) == 0;
    }

    public void Unwatch(SafeHandle descriptor)
    {
        var pollEvent = stackalloc byte[16];
        _ = Posix.EpollControl(_epoll, Posix.Remove, descriptor, pollEvent);
    }

    /// <summary>Tells a source again what it could not finish, after the others had their turn.</summary>
    public void Again(int place, int side) => _again.Enqueue((place, side));

    private static long Token(int place, int side) => ((long)place << 1) | (uint)side;

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
                var (place, side) = _again.Dequeue();
                Tell(place, side, Posix.Readable | Posix.PeerFinished);
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
        Tell((int)(token >> 1), (int)(token & 1), events);
        return true;
    }

    private void Tell(int place, int side, uint events)
    {
        if (_sources[place] is { } source)
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
            _sources[place]?.Sweep(Now);
        }
    }

    private void End()
    {
        RunPosted();
        for (var place = 0; place < _places; place++)
        {
            _sources[place]?.Abandon();
        }

        Pipes.Dispose();
        Release();
        _ended.SetResult();
    }

    private void Release()
    {
        _ = Posix.Close(_epoll);
        _ = Posix.Close(_wake);
        NativeMemory.Free(Buffer);
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
