using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Swarm.Raft.Consensus;

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
    private readonly Channel<INodeInput> _inputs;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RaftState _state = new(RaftRole.Follower, 0, 0, IsReady: false);
    private int _dueTicks;
    private Exception? _fault;
    private Task _running = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;

    private RaftNode(RaftNodeOptions options, IStateMachine machine, FileRaftStorage storage, IRaftTransport transport)
    {
        _logger = options.Logger;
        (_options, _machine, _storage, _transport) = (options, machine, storage, transport);
        _inputs = Channel.CreateUnbounded<INodeInput>(new UnboundedChannelOptions { SingleReader = true });
        _writer = new LogWriter(
            storage,
            token => Post(new DurableInput(token)),
            Fail,
            options.Time);
        _core = new RaftCore(
            options.Core with { Applied = storage.Snapshot.Metadata.Index },
            storage,
            storage.HardState,
            options.Random);
        _membership = storage.Snapshot.Metadata.ConfState;
        (_applied, _appliedTerm) = (storage.Snapshot.Metadata.Index, storage.Snapshot.Metadata.Term);
        _lastSnapshot = _applied;
        _lastRead = (ulong)options.Time.GetUtcNow().UtcTicks;
        (_snapshotInterval, _entriesKept) = (options.SnapshotInterval, options.LogEntriesForSlowFollowers);
    }

    /// <summary>Role and leader as they are now.</summary>
    public RaftState State => Volatile.Read(ref _state);

    /// <summary>What this member is now.</summary>
    public RaftRole Role => State.Role;

    /// <summary>Who leads as far as this member knows; nobody (0) while it knows none.</summary>
    public PeerId Leader => State.Leader;

    /// <summary>This member's id.</summary>
    public PeerId Id => _options.Core.Id;

    /// <summary>Settings of its consensus.</summary>
    internal RaftCoreOptions Core => _options.Core;

    /// <summary>Completes when the node has stopped; with <see cref="RaftFaultedException"/> when it had to.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Takes a message of another member.</summary>
    /// <param name="message">The message; its memory must not be written to afterwards.</param>
    public void Step(Message message) => Post(node => node.TakeMessages(new ReadOnlySpan<Message>(in message)));

    /// <summary>Takes messages of other members.</summary>
    /// <param name="messages">In order; their memory must not be written to afterwards.</param>
    /// <returns>
    /// Completes when the node has taken them: a transport that waits for it before it hands over more holds back
    /// what the node cannot take.
    /// </returns>
    public Task StepAsync(ReadOnlyMemory<Message> messages)
    {
        var input = new MessageInput(messages);
        Post(input);
        return input.Task;
    }

    /// <summary>Tells that a member could not be reached.</summary>
    /// <param name="id">The member.</param>
    public void Unreachable(PeerId id) => Post(node => node._core.PeerUnreachable(id));

    /// <summary>Tells whether a snapshot has reached a member.</summary>
    /// <param name="id">The member.</param>
    /// <param name="arrived">Whether it has.</param>
    public void SnapshotDelivered(PeerId id, bool arrived) => Post(node => node._core.SnapshotDelivered(id, arrived));

    /// <summary>Calls an election at once: for a member that is alone, and for tests.</summary>
    public void Campaign() => Post(node => node._core.Campaign());

    /// <summary>Hands leadership to another member.</summary>
    /// <param name="id">The member.</param>
    public Task<TransferStatus> TransferAsync(PeerId id) => AskAsync(node => node._core.Transfer(id));

    /// <summary>The members as far as this one has applied the log.</summary>
    public Task<ConfState> GetMembershipAsync() => AskAsync(node => node._core.Membership);

    /// <summary>
    /// Stops; nothing that was acknowledged is lost, and nothing writes to the storage afterwards: snapshots that were
    /// being saved or received are given up first.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync();
        }

        _inputs.Writer.TryComplete();
        await _running;
        await _restoring;
        await _saving;
        await (Volatile.Read(ref _reception)?.Saving ?? Task.CompletedTask);
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
                if (Interlocked.Increment(ref _dueTicks) == 1)
                {
                    Post(node => node.Tick());
                }
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
            Work();
            while (!_stop.IsCancellationRequested && await _inputs.Reader.WaitToReadAsync())
            {
                while (!_stop.IsCancellationRequested && _inputs.Reader.TryRead(out var input))
                {
                    Take(input);
                }

                Work();
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
        _leaderAwaited.ForEach(waiter => waiter.TrySetException(WhyEnded()));
        while (_inputs.Reader.TryRead(out var input))
        {
            input.Abandon(WhyEnded());
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

    // Ends the node, in its turn.
    private void Fail(Exception exception) => Post(_ => throw exception);

    private RaftFaultedException Faulted(Exception cause) =>
        new($"member {Id} has stopped: {cause.Message}", cause);

    private Exception WhyEnded() => _fault is null ? new NotLeaderException(0) : Faulted(_fault);

    private void Take(INodeInput input)
    {
        try
        {
            input.Run(this);
        }
        catch (Exception exception)
        {
            input.Abandon(exception);
            throw;
        }
    }

    // After a pause of the process all ticks of it are due at once, and the leader's messages lie behind them: a
    // follower must not campaign for that. A leader's question whether it still has a majority is not to be put off.
    private void Tick()
    {
        var due = Interlocked.Exchange(ref _dueTicks, 0);
        var few = Math.Max(1, _options.Core.ElectionTicks - 2);
        for (var i = _core.Role == RaftRole.Leader ? due : Math.Min(due, few); i > 0; i--)
        {
            _ticks++;
            _core.Tick();
            AskLostReadsAgain();
        }
    }

    /// <summary>Takes messages in their turn.</summary>
    internal void TakeMessages(ReadOnlySpan<Message> messages)
    {
        foreach (ref readonly var message in messages)
        {
            // A snapshot that came without its bytes, and not as a stream, was lost on its way.
            if (message.Type != MessageType.Snap || message.Snapshot is not { Data.IsEmpty: true })
            {
                _core.Step(in message);
            }
        }
    }

    /// <summary>Has something done on the node's scheduler.</summary>
    /// <param name="run">What to do.</param>
    /// <param name="abandon">Tells whoever waits for it that the node has ended instead.</param>
    private void Post(Action<RaftNode> run, Action<Exception>? abandon = null) => Post(new ActionInput(run, abandon));

    private void Post(INodeInput input)
    {
        if (!_inputs.Writer.TryWrite(input))
        {
            input.Abandon(WhyEnded());
        }
    }

    private Task<T> AskAsync<T>(Func<RaftNode, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(node => answer.TrySetResult(question(node)), exception => answer.TrySetException(exception));
        return answer.Task;
    }
}
