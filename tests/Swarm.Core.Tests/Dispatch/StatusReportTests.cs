using Swarm.Dispatch;
using Swarm.Storage;

namespace Swarm.Core.Tests.Dispatch;

public class StatusReportTests
{
    [Fact]
    public void A_reported_state_is_stored_with_who_wrote_it_and_when()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddTask("t1", "n1");
        var node = fixture.Join("n1");

        node.Report("t1", TaskState.Running);
        fixture.Advance(0.11);

        var status = fixture.TaskOf("t1").Status;
        Assert.Equal(TaskState.Running, status.State);
        Assert.Equal(new NodeId("manager"), status.AppliedBy);
        Assert.NotNull(status.AppliedAt);
    }

    [Fact]
    public void Scenario_073_a_report_about_another_nodes_task_is_refused_as_a_whole()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddTask("mine", "n1");
        fixture.AddTask("theirs", "n2");
        var node = fixture.Join("n1");

        var error = Assert.Throws<SwarmException>(() => fixture.Simulation.Run(
            () => node.Connection.UpdateTaskStatusAsync(
                node.SessionId,
                [Running("mine"), Running("theirs")],
                CancellationToken.None).AsTask()));
        fixture.Advance(1);

        Assert.Equal(SwarmErrorCode.PermissionDenied, error.Code);
        Assert.Equal("cannot update a task not assigned this node", error.Message);
        Assert.Equal(TaskState.Assigned, fixture.StateOf("mine"));
        Assert.Equal(TaskState.Assigned, fixture.StateOf("theirs"));
    }

    [Fact]
    public void Scenario_073_a_lower_state_than_the_stored_one_is_ignored()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddTask("t1", "n1", TaskState.Running);
        var node = fixture.Join("n1");

        node.Report("t1", TaskState.Preparing);
        fixture.Advance(1);
        Assert.Equal(TaskState.Running, fixture.StateOf("t1"));

        node.Report("t1", TaskState.Failed);
        node.Report("t1", TaskState.Running);
        fixture.Advance(1);
        Assert.Equal(TaskState.Failed, fixture.StateOf("t1"));
    }

    [Fact]
    public void Unknown_tasks_are_ignored_and_a_session_is_needed()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var node = fixture.Join("n1");

        node.Report("gone", TaskState.Running);
        fixture.Advance(20);

        var error = Assert.Throws<SwarmException>(() => node.Report("t1", TaskState.Running));
        Assert.Equal("node not registered", error.Message);
    }

    [Fact]
    public void Words_without_end_are_cut()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddTask("t1", "n1");
        var node = fixture.Join("n1");

        node.Report("t1", TaskState.Failed, new string('x', ReportedStatus.MaxText - 1) + "😀" + new string('x', 1_000_000));
        fixture.Advance(0.2);

        Assert.Equal(
            new string('x', ReportedStatus.MaxText - 1) + " … (cut)",
            fixture.TaskOf("t1").Status.Error);
    }

    [Fact]
    public void A_flood_of_reports_is_two_transactions_the_first_report_and_the_last()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddTask("t1", "n1");
        var node = fixture.Join("n1");
        using var changes = fixture.Store.Watch();

        for (var i = 0; i < 20_000; i++)
        {
            node.Report("t1", TaskState.Preparing, $"attempt {i}");
        }

        fixture.Advance(0.2);

        Assert.True(changes.TryRead(out var transaction));
        Assert.Equal("attempt 0", ((SwarmTask)Assert.Single(transaction.Changes).Current).Status.Error);
        Assert.True(changes.TryRead(out transaction));
        Assert.Equal("attempt 19999", ((SwarmTask)Assert.Single(transaction.Changes).Current).Status.Error);
        Assert.False(changes.TryRead(out _));
    }

    [Fact]
    public void Reports_within_a_moment_are_one_transaction_with_the_latest_state_of_each_task()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        for (var i = 0; i < 50; i++)
        {
            fixture.AddTask($"t{i}", "n1");
        }

        var node = fixture.Join("n1");
        node.Report("t0", TaskState.Accepted);
        using var changes = fixture.Store.Watch();
        for (var i = 0; i < 50; i++)
        {
            node.Report($"t{i}", TaskState.Preparing);
            node.Report($"t{i}", TaskState.Running);
        }

        fixture.Advance(0.2);

        Assert.True(changes.TryRead(out var transaction));
        Assert.Equal(50, transaction.Changes.Count);
        Assert.All(
            transaction.Changes,
            change => Assert.Equal(TaskState.Running, ((SwarmTask)change.Current).Status.State));
        Assert.False(changes.TryRead(out _));
    }

    [Fact]
    public void A_steady_stream_of_reports_is_written_once_in_an_interval_after_a_while()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddTask("t1", "n1");
        var node = fixture.Join("n1");
        fixture.Advance(1);
        using var changes = fixture.Store.Watch();
        var writes = new List<int>();

        for (var millisecond = 0; millisecond < 1_000; millisecond++)
        {
            node.Report("t1", TaskState.Preparing, $"at {millisecond}");
            fixture.Advance(0.001);
            while (changes.TryRead(out _))
            {
                writes.Add(millisecond);
            }
        }

        Assert.Equal<int>([0, 19, 59, 139, 239], writes.Take(5));
        Assert.InRange(writes.Count, 12, 13);
    }

    [Fact]
    public void A_report_that_says_nothing_new_is_not_written()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddTask("t1", "n1");
        var node = fixture.Join("n1");
        node.Report("t1", TaskState.Running);
        fixture.Advance(1);
        var version = fixture.Store.Current.Version;

        node.Report("t1", TaskState.Running);
        fixture.Advance(1);

        Assert.Equal(version, fixture.Store.Current.Version);
    }

    [Fact]
    public void A_report_is_written_at_once_the_next_ones_wait_for_each_other_and_ten_thousand_do_not_wait()
    {
        var options = new DispatcherOptions { BatchInterval = TimeSpan.FromHours(1), MaxStatusBatch = 10 };
        var fixture = new DispatcherFixture();
        fixture.AddNode("n1");
        for (var i = 0; i <= 10; i++)
        {
            fixture.AddTask($"t{i}", "n1");
        }

        var writer = new StatusWriter(
            fixture.Store,
            options,
            fixture.Simulation.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        _ = fixture.Simulation.StartAsync(() => writer.RunAsync(CancellationToken.None));
        writer.Report([Running("t10")]);
        fixture.Simulation.Settle();
        Assert.Equal(TaskState.Running, fixture.StateOf("t10"));

        writer.Report([.. Enumerable.Range(0, 9).Select(i => Running($"t{i}"))]);
        fixture.Advance(10);
        Assert.Equal(TaskState.Assigned, fixture.StateOf("t0"));

        writer.Report([Running("t9")]);
        fixture.Simulation.Settle();
        Assert.Equal(TaskState.Running, fixture.StateOf("t0"));
    }

    [Fact]
    public void Reports_survive_a_store_that_refuses_for_a_while()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var proposer = new MoodyProposer();
        var simulation = new Testing.Simulation();
        using var store = new ClusterStore(proposer, simulation.Time);
        simulation.Run(() => store.UpdateAsync(transaction => transaction.Create(
            new Node { Id = new NodeId("n1") })).AsTask());
        var writer = new StatusWriter(
            store,
            new DispatcherOptions(),
            simulation.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        _ = simulation.StartAsync(() => writer.RunAsync(CancellationToken.None));

        proposer.Refuses = true;
        var written = simulation.StartAsync(() => writer.WriteAsync(
            new NodeId("n1"),
            new NodeWrite(NodeState.Ready),
            CancellationToken.None));
        simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.False(written.IsCompleted);

        proposer.Refuses = false;
        simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.True(written.IsCompletedSuccessfully);
        Assert.Equal(NodeState.Ready, store.Current.Nodes.Find("n1")!.Status.State);
    }

    private static TaskStatusUpdate Running(string task) =>
        new(new TaskId(task), new SwarmTaskStatus { State = TaskState.Running });

    private sealed class MoodyProposer : IProposer
    {
        private ulong _index;

        public bool Refuses { get; set; }

        public ObjectVersion NextVersion => new(_index + 1);

        public ValueTask ProposeAsync(
            IReadOnlyList<StoreAction> actions,
            Action<ObjectVersion> commit,
            CancellationToken cancellationToken)
        {
            if (Refuses)
            {
                throw new SwarmException(SwarmErrorCode.Unavailable, "no quorum");
            }

            commit(new ObjectVersion(++_index));
            return ValueTask.CompletedTask;
        }
    }
}
