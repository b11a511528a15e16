using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Tests.Storage;

namespace Swarm.Raft.Tests.Transport;

/// <summary>Members over real connections, on disks in memory.</summary>
internal sealed class TestGroup : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestAuthority? _authority;

    public TestGroup(bool secure = true) => _authority = secure ? new TestAuthority() : null;

    public Dictionary<ulong, TestMember> Members { get; } = [];

    public RaftNodeOptions Options { get; init; } = new()
    {
        TickInterval = TimeSpan.FromMilliseconds(20),
        SnapshotInterval = 0,
    };

    public TestMember Leader => Members.Values.First(member => member.Node.State is { IsReady: true });

    /// <summary>Starts members that found a group.</summary>
    public async Task FoundAsync(params ulong[] ids)
    {
        foreach (var id in ids)
        {
            Members[id] = new TestMember(id, FreePort());
        }

        foreach (var member in Members.Values)
        {
            await StartAsync(member, [.. ids.Select(id => new PeerId(id))]);
        }
    }

    /// <summary>Starts a member that waits to be added, and tells all where it is.</summary>
    public async Task<TestMember> JoinAsync(ulong id)
    {
        var member = Members[id] = new TestMember(id, FreePort());
        foreach (var other in Members.Values.Where(other => other.Id != id))
        {
            other.Transport.SetPeer(id, member.Address);
        }

        await StartAsync(member, []);
        return member;
    }

    public async Task StartAsync(TestMember member, PeerId[] voters) => await member.StartAsync(
        voters,
        Members.Values.Where(other => other.Id != member.Id).ToDictionary(other => other.Id, other => other.Address),
        Options,
        new TcpRaftTransportOptions { Cluster = "test", Tls = _authority?.Of(member.Id), Logger = member.Log });

    /// <summary>Waits until somebody leads and is ready.</summary>
    public async Task<TestMember> LeaderAsync()
    {
        await UntilAsync(() => Members.Values.Any(member => member.IsRunning && member.Node.State.IsReady));
        return Members.Values.First(member => member.IsRunning && member.Node.State.IsReady);
    }

    /// <summary>Proposes to whoever leads, until it is committed.</summary>
    public async Task ProposeAsync(string text)
    {
        while (true)
        {
            var leader = await LeaderAsync();
            try
            {
                await leader.Node.ProposeAsync(Encoding.UTF8.GetBytes(text)).WaitAsync(Patience);
                return;
            }
            catch (NotLeaderException exception) when (!exception.MayCommit)
            {
                // Another one leads meanwhile.
            }
        }
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members.Values)
        {
            await member.StopAsync();
        }

        _authority?.Dispose();
    }

    /// <summary>A place to listen at, for as long as the process lives: at 127.0.0.1 connections take ports, too.</summary>
    public static IPEndPoint FreePort()
    {
        var address = new IPAddress([127, 240, (byte)(Environment.ProcessId % 250), 1]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}

/// <summary>One member: what outlives it is its disk.</summary>
internal sealed class TestMember(PeerId id, IPEndPoint address, InMemoryDisk? disk = null)
{
    private readonly InMemoryDisk _disk = disk ?? new InMemoryDisk();
    private FileRaftStorage? _storage;

    public PeerId Id => id;

    public EndPoint Address => address;

    public RaftNode Node { get; private set; } = null!;

    public TcpRaftTransport Transport { get; private set; } = null!;

    public FileRaftStorage Storage => _storage!;

    public Lines Machine { get; private set; } = new();

    public MemoryLogger Log { get; } = new();

    public bool IsRunning { get; private set; }

    /// <summary>The same member, somewhere else.</summary>
    public TestMember At(IPEndPoint other) => new(id, other, _disk);

    public async Task StartAsync(
        PeerId[] voters,
        IReadOnlyDictionary<PeerId, EndPoint> peers,
        RaftNodeOptions options,
        TcpRaftTransportOptions transport)
    {
        Machine = new Lines();
        _storage = await FileRaftStorage.OpenAsync("/raft", StorageFixture.Options(_disk, seed: (int)id.Value));
        Transport = new TcpRaftTransport(address, peers, transport);
        Node = await RaftNode.StartAsync(
            id,
            voters,
            Machine,
            _storage,
            Transport,
            options with { Scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler });
        IsRunning = true;
    }

    public async Task StopAsync()
    {
        if (IsRunning)
        {
            IsRunning = false;
            await Node.DisposeAsync();
            await Transport.DisposeAsync();
            await _storage!.DisposeAsync();
        }
    }
}

/// <summary>A state that is a list of lines.</summary>
internal sealed class Lines : IStateMachine
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];

    public int Restored { get; private set; }

    /// <summary>Restoring waits for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Whether restoring has begun.</summary>
    public bool IsRestoring { get; private set; }

    public string[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    public void Apply(in CommittedEntry entry)
    {
        lock (_gate)
        {
            _all.Add(Encoding.UTF8.GetString(entry.Data.Span));
        }
    }

    public async Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken) =>
        await destination.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', All)), cancellationToken);

    public async Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken)
    {
        IsRestoring = true;
        await Gate;
        using var reader = new StreamReader(source, leaveOpen: true);
        var text = await reader.ReadToEndAsync(cancellationToken);
        lock (_gate)
        {
            _all.Clear();
            _all.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Restored++;
        }
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class MemoryLogger : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    public bool Has(string text)
    {
        lock (_gate)
        {
            return _lines.Exists(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add(formatter(state, exception));
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return string.Join('\n', _lines);
        }
    }
}
