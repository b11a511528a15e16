using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>
/// One member at work: drives the consensus core with time, messages and proposals, has its log written, applies what
/// is
/// committed, and takes snapshots.
/// </summary>
/// <remarks>Thread-safe. All decisions are made on <see cref="RaftNodeOptions.Scheduler"/>.</remarks>
public sealed partial class RaftNode : IAsyncDisposable
{
    private readonly RaftNodeOptions _options;
    private readonly ILogger _logger;
    private readonly RaftCore _core;
    private readonly FileRaftStorage _storage;
    private readonly IStateMachine _machine;
    private readonly IRaftTransport _transport;
    private readonly LogWriter _writer;
    private readonly Channel<Input> _inputs;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RaftState _state = new(RaftRole.Follower, 0, 0, IsReady: false);
    private Exception? _fault;
    private Task _running = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;

    private RaftNode(RaftNodeOptions options, IStateMachine machine, FileRaftStorage storage, IRaftTransport transport)
    {
        _logger = options.Logger;
        (_options, _machine, _storage, _transport) = (options, machine, storage, transport);
        _inputs = Channel.CreateUnbounded<Input>(new UnboundedChannelOptions { SingleReader = true });
        _writer = new LogWriter(
            storage,
            token => Post(() => _core!.Persisted(token)),
            exception => Post(() => throw exception),
            options.Time);
        _core = new RaftCore(
            options.Core with { Applied = storage.Snapshot.Metadata.Index },
            storage,
            storage.HardState,
            options.Random);
        _membership = storage.Snapshot.Metadata.ConfState;
        (_applied, _appliedTerm) = (storage.Snapshot.Metadata.Index, storage.Snapshot.Metadata.Term);
        _lastSnapshot = _applied;
        (_snapshotInterval, _entriesKept) = (options.SnapshotInterval, options.LogEntriesForSlowFollowers);
    }

    /// <summary>Role and leader as they are now.</summary>
    public RaftState State => Volatile.Read(ref _state);

    /// <summary>This member's id.</summary>
    public ulong Id => _options.Core.Id;

    /// <summary>Completes when the node has stopped; with <see cref="RaftFaultedException"/> when it had to.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Restores the state machine from the newest snapshot, and starts.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="machine">What entries are applied to.</param>
    /// <param name="storage">The log; the node writes it alone, and leaves it open at its end.</param>
    /// <param name="transport">The way to other members.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RaftStorageCorruptException">The snapshot is damaged.</exception>
    public static async Task<RaftNode> StartAsync(
        RaftNodeOptions options,
        IStateMachine machine,
        FileRaftStorage storage,
        IRaftTransport transport,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(transport);
        var snapshot = storage.OpenSnapshot();
        if (snapshot is not null)
        {
            await using (snapshot)
            {
                await machine.RestoreSnapshotAsync(snapshot, snapshot.Metadata.Index, cancellationToken);
            }
        }

        var node = new RaftNode(options, machine, storage, transport);
        node.Start();
        return node;
    }

    /// <summary>Takes a message of another member.</summary>
    /// <param name="message">The message; its memory must not be written to afterwards.</param>
    public void Step(Message message) => Post(() => _core.Step(in message));

    /// <summary>Tells that a member could not be reached.</summary>
    /// <param name="id">The member.</param>
    public void Unreachable(ulong id) => Post(() => _core.PeerUnreachable(id));

    /// <summary>Tells whether a snapshot has reached a member.</summary>
    /// <param name="id">The member.</param>
    /// <param name="arrived">Whether it has.</param>
    public void SnapshotDelivered(ulong id, bool arrived) => Post(() => _core.SnapshotDelivered(id, arrived));

    /// <summary>Calls an election at once: for a member that is alone, and for tests.</summary>
    public void Campaign() => Post(_core.Campaign);

    /// <summary>Hands leadership to another member.</summary>
    /// <param name="id">The member.</param>
    public Task<TransferStatus> TransferAsync(ulong id) => AskAsync(() => _core.Transfer(id));

    /// <summary>The members as far as this one has applied the log.</summary>
    public Task<ConfState> GetMembershipAsync() => AskAsync(() => _core.Membership);

    /// <summary>Stops; nothing that was acknowledged is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync();
        }

        await _running;
        await _writing;
    }

    private void Start()
    {
        _running = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.None, _options.Scheduler)
            .Unwrap();
        _writing = Task.Factory.StartNew(
            _writer.RunAsync,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            _options.DiskScheduler).Unwrap();
        _ = Task.Factory.StartNew(TickAsync, CancellationToken.None, TaskCreationOptions.None, _options.Scheduler)
            .Unwrap();
    }

    private async Task TickAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.TickInterval, _options.Time, _stop.Token);
                Post(_core.Tick);
            }
        }
        catch (OperationCanceledException)
        {
            // The node has stopped.
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await WorkAsync();
            while (await _inputs.Reader.WaitToReadAsync(_stop.Token))
            {
                while (_inputs.Reader.TryRead(out var input))
                {
                    Take(input);
                }

                await WorkAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception exception)
        {
            _fault = exception;
            LogFaulted(exception, Id);
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
        }

        _inputs.Writer.TryComplete();
        FailAll(_fault is null ? new NotLeaderException(0, mayCommit: true) : Faulted(_fault));
        while (_inputs.Reader.TryRead(out var input))
        {
            input.Abandon?.Invoke(WhyEnded());
        }

        _writer.Complete();
        Tell(new RaftState(RaftRole.Follower, _core.Term, 0, IsReady: false));
        if (_fault is null)
        {
            _ended.TrySetResult();
        }
        else
        {
            _ended.TrySetException(Faulted(_fault));
        }
    }

    private RaftFaultedException Faulted(Exception cause) =>
        new($"member {Id} has stopped: {cause.Message}", cause);

    private Exception WhyEnded() => _fault is null ? new NotLeaderException(0) : Faulted(_fault);

    private static void Take(Input input)
    {
        try
        {
            input.Run();
        }
        catch (Exception exception)
        {
            input.Abandon?.Invoke(exception);
            throw;
        }
    }

    /// <summary>Has something done on the node's scheduler.</summary>
    /// <param name="run">What to do.</param>
    /// <param name="abandon">Tells whoever waits for it that the node has ended instead.</param>
    private void Post(Action run, Action<Exception>? abandon = null)
    {
        if (!_inputs.Writer.TryWrite(new Input(run, abandon)))
        {
            abandon?.Invoke(WhyEnded());
        }
    }

    private Task<T> AskAsync<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.TrySetResult(question()), exception => answer.TrySetException(exception));
        return answer.Task;
    }

    private readonly record struct Input(Action Run, Action<Exception>? Abandon);
}
