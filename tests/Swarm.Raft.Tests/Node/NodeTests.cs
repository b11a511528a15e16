using Swarm.Raft.Consensus;
using Swarm.Raft.Tests.Transport;

namespace Swarm.Raft.Tests.Node;

/// <summary>What the node does besides the consensus.</summary>
public sealed class NodeTests
{
    [Fact]
    public async Task A_member_that_is_alone_leads_at_once_and_applies_what_it_proposes()
    {
        await using var group = new TestGroup(secure: false) { Options = new() { TickInterval = TimeSpan.FromHours(1) } };
        await group.FoundAsync(1);
        var member = await group.LeaderAsync();

        var index = await member.Node.ProposeAsync("a"u8.ToArray());

        Assert.Equal(["a"], member.Machine.All);
        Assert.True(member.Node.AppliedIndex >= index);
        Assert.Equal((PeerId)1, await member.Node.WaitForLeaderAsync());
        await member.Node.ReadBarrierAsync();
    }

    [Fact]
    public async Task Without_a_majority_a_proposal_waits_until_it_is_cancelled()
    {
        await using var group = new TestGroup(secure: false);
        await group.FoundAsync(1, 2, 3);
        var leader = await group.LeaderAsync();
        foreach (var other in group.Members.Values.Where(member => member != leader))
        {
            await other.StopAsync();
        }

        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var error = await Record.ExceptionAsync(() => leader.Node.ProposeAsync("a"u8.ToArray(), soon.Token));

        // Or it has noticed already that nobody answers.
        Assert.True(error is OperationCanceledException or NotLeaderException, error?.ToString());
        Assert.Empty(leader.Machine.All);
    }

    [Fact]
    public async Task A_state_machine_that_throws_stops_the_node_and_everybody_is_told()
    {
        var (disk, machine) = (new Swarm.Raft.Storage.Files.InMemory.InMemoryDisk(), new Throwing());
        using var storage = Storage.StorageFixture.Open(disk);
        await using var node = await RaftNode.StartAsync(1, [1], machine, storage, NoRaftTransport.Instance);
        await node.WaitForLeaderAsync().WaitAsync(TestGroup.Patience);

        var error = await Assert.ThrowsAsync<RaftFaultedException>(
            () => node.ProposeAsync(new byte[] { 1 }).WaitAsync(TestGroup.Patience));

        Assert.Contains("does not like it", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RaftFaultedException>(() => node.Ended.WaitAsync(TestGroup.Patience));
        await Assert.ThrowsAsync<RaftFaultedException>(() => node.ProposeAsync(new byte[] { 1 }));
        await Assert.ThrowsAsync<RaftFaultedException>(() => node.ReadBarrierAsync());
        await Assert.ThrowsAsync<RaftFaultedException>(() => node.WaitForLeaderAsync());
    }

    [Fact]
    public async Task A_follower_whose_disk_hangs_does_not_hold_up_the_others()
    {
        var hung = new HeldScheduler();
        await using var group = new TestGroup(secure: false);
        await group.FoundAsync(1, 2, 3);
        var leader = await group.LeaderAsync();
        var slow = group.Members.Values.First(member => member != leader);
        await slow.StopAsync();
        await slow.StartAsync(
            [1, 2, 3],
            group.Members.Values.Where(member => member != slow).ToDictionary(member => member.Id, member => member.Address),
            group.Options with { DiskScheduler = hung },
            new TcpRaftTransportOptions { Cluster = "test" });

        // More than a window of appends, so that the leader has stopped sending to it as well.
        for (var i = 0; i < 600; i++)
        {
            await group.ProposeAsync($"{i}");
        }

        Assert.Equal(600, (await group.LeaderAsync()).Machine.All.Length);
        Assert.Empty(slow.Machine.All);
        hung.Release();
        await TestGroup.UntilAsync(() => slow.Machine.All.Length == 600);
    }

    [Fact]
    public async Task Reads_whose_question_was_lost_are_asked_again()
    {
        var disk = new Swarm.Raft.Storage.Files.InMemory.InMemoryDisk();
        using var storage = Storage.StorageFixture.Open(disk);
        var transport = new Deaf();
        await using var node = await RaftNode.StartAsync(
            2,
            [1, 2],
            new Lines(),
            storage,
            transport,
            new RaftNodeOptions { TickInterval = TimeSpan.FromMilliseconds(5), Core = new() { Id = 2, ElectionTicks = 50 } });
        var read = Task.CompletedTask;
        while (transport.Asked.Count < 2)
        {
            // A leader that answers nothing but is there.
            node.Step(new Message { Type = MessageType.Heartbeat, To = 2, From = 1, Term = 2 });
            if (read.IsCompleted && node.Leader == 1)
            {
                read = node.ReadBarrierAsync();
            }

            await Task.Delay(5);
        }

        var (first, second) = (transport.Asked[0], transport.Asked[1]);
        Assert.NotEqual(first.ToArray(), second.ToArray());
        node.Step(Answer(second, index: 1));
        await read.WaitAsync(TestGroup.Patience);
    }

    [Fact]
    public async Task A_node_that_has_stopped_saves_and_receives_no_more()
    {
        var (disk, machine) = (new Swarm.Raft.Storage.Files.InMemory.InMemoryDisk(), new SlowToSave());
        using var storage = Storage.StorageFixture.Open(disk);
        var node = await RaftNode.StartAsync(1, [1], machine, storage, NoRaftTransport.Instance);
        await node.WaitForLeaderAsync().WaitAsync(TestGroup.Patience);
        await node.ProposeAsync(new byte[] { 1 });
        node.SaveSnapshot();
        await machine.Saving.Task.WaitAsync(TestGroup.Patience);
        var (copying, copied) = (new TaskCompletionSource(), new TaskCompletionSource());
        var receiving = node.ReceiveSnapshotAsync(
            Announcement(),
            (_, _) =>
            {
                copying.SetResult();
                return copied.Task;
            });
        await copying.Task.WaitAsync(TestGroup.Patience);

        var stopping = node.DisposeAsync().AsTask();
        await node.Ended.WaitAsync(TestGroup.Patience);

        Assert.False(stopping.IsCompleted);
        machine.MaySave.SetResult();
        copied.SetResult();
        await stopping.WaitAsync(TestGroup.Patience);
        Assert.DoesNotContain(
            disk.List(Path.Join(storage.Directory, "snap")),
            file => file.EndsWith(".tmp", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => node.ReceiveSnapshotAsync(Announcement(), (_, _) => throw new InvalidOperationException("too late")));
    }

    private static Message Announcement() => new()
    {
        Type = MessageType.Snap,
        From = 2,
        To = 1,
        Term = 100,
        Snapshot = new Snapshot { Metadata = new() { Index = 1000, Term = 99, ConfState = new() { Voters = [1, 2] } } },
    };

    private static Message Answer(ReadOnlyMemory<byte> name, ulong index) => new()
    {
        Type = MessageType.ReadIndexResp,
        To = 2,
        From = 1,
        Term = 2,
        Index = index,
        Entries = new[] { new Entry(0, 0, EntryType.Normal, name) },
    };

    /// <summary>Does not listen when it is told to give up.</summary>
    private sealed class SlowToSave : IStateMachine
    {
        public TaskCompletionSource Saving { get; } = new();

        public TaskCompletionSource MaySave { get; } = new();

        public void Apply(in CommittedEntry entry)
        {
        }

        public Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken)
        {
            Saving.TrySetResult();
            return MaySave.Task;
        }

        public Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken) =>
            Task.CompletedTask;
    }

    private sealed class Throwing : IStateMachine
    {
        public void Apply(in CommittedEntry entry) => throw new InvalidOperationException("it does not like it");

        public Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken) =>
            Task.CompletedTask;
    }

    /// <summary>Sends nothing, and keeps what reads were asked.</summary>
    private sealed class Deaf : IRaftTransport
    {
        public List<ReadOnlyMemory<byte>> Asked { get; } = [];

        public void Send(ReadOnlySpan<Message> messages)
        {
            foreach (ref readonly var message in messages)
            {
                if (message.Type == MessageType.ReadIndex)
                {
                    Asked.Add(message.Entries.Span[0].Data);
                }
            }
        }
    }

    /// <summary>Runs nothing until it is released.</summary>
    private sealed class HeldScheduler : TaskScheduler
    {
        private readonly Lock _gate = new();
        private List<Task>? _held = [];

        public void Release()
        {
            List<Task> held;
            lock (_gate)
            {
                held = _held!;
                _held = null;
            }

            held.ForEach(Run);
        }

        protected override void QueueTask(Task task)
        {
            lock (_gate)
            {
                if (_held is not null)
                {
                    _held.Add(task);
                    return;
                }
            }

            Run(task);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];

        private void Run(Task task) => ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
    }
}
