using Swarm.Dispatch;
using Swarm.Secrets;

namespace Swarm.Core.Tests.Dispatch;

public class AssignmentTests
{
    private static readonly SecretReference Password = new(new SecretId("s1"), "password", new FileTarget("password"));
    private static readonly ConfigReference Settings = new(new ConfigId("c1"), "settings", new FileTarget("settings"));
    private static readonly ContainerSpec WithBoth = new() { Secrets = [Password], Configs = [Settings] };

    [Fact]
    public void Scenario_072_the_complete_set_lists_each_dependency_once_and_nothing_of_other_nodes()
    {
        var fixture = StartWithDependencies();
        fixture.AddTask("t1", "n1", container: WithBoth);
        fixture.AddTask("t2", "n1", TaskState.Running, container: WithBoth);
        fixture.AddTask("pending", "n1", TaskState.Pending, container: WithBoth);
        fixture.AddTask("other", "n2", container: new ContainerSpec
        {
            Secrets = [new SecretReference(new SecretId("s2"), "other", null)],
        });

        var node = fixture.Join("n1").OpenAssignments();

        var complete = Assert.Single(node.Assignments);
        Assert.True(complete.IsComplete);
        Assert.Equal(("", "0"), (complete.AppliesTo, complete.ResultsIn));
        Assert.Equal(["+c1", "+s1", "+t1", "+t2"], Names(complete).Order(StringComparer.Ordinal));
        Assert.Equal("secret", Text(((Secret)complete.Changes.First(c => c.Object is Secret).Object).Spec.Data));
    }

    [Fact]
    public void Scenario_072_dependencies_go_when_their_last_user_has_ended()
    {
        var fixture = StartWithDependencies();
        fixture.AddTask("t1", "n1", TaskState.Running, container: WithBoth);
        fixture.AddTask("t2", "n1", TaskState.Running, container: WithBoth);
        var node = fixture.Join("n1").OpenAssignments();

        node.Report("t1", TaskState.Complete);
        fixture.Advance(1);
        Assert.Single(node.Assignments);

        node.Report("t2", TaskState.Failed);
        fixture.Advance(1);
        var change = Assert.Single(node.Assignments[1..]);
        Assert.Equal(("0", "1"), (change.AppliesTo, change.ResultsIn));
        Assert.Equal(["-c1", "-s1"], Names(change).Order(StringComparer.Ordinal));
        Assert.All(change.Changes.OfType<AssignmentChange>(), gone => Assert.True(gone.Object is not Secret secret
            || secret.Spec.Data.IsEmpty));
    }

    [Fact]
    public void Scenario_072_a_removed_task_is_taken_back_with_what_it_needed()
    {
        var fixture = StartWithDependencies();
        fixture.AddTask("t1", "n1", container: WithBoth);
        var node = fixture.Join("n1").OpenAssignments();

        fixture.RemoveTask("t1");
        fixture.Advance(1);

        Assert.Equal(["-c1", "-s1", "-t1"], Names(node.Assignments[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Ended_tasks_are_listed_without_their_dependencies()
    {
        var fixture = StartWithDependencies();
        fixture.AddTask("t1", "n1", TaskState.Failed, container: WithBoth);

        var node = fixture.Join("n1").OpenAssignments();

        Assert.Equal(["+t1"], Names(node.Assignments[0]));
    }

    [Fact]
    public void Secrets_come_again_with_each_new_task_and_configs_only_with_the_first()
    {
        var fixture = StartWithDependencies();
        fixture.AddTask("t1", "n1", container: WithBoth);
        var node = fixture.Join("n1").OpenAssignments();

        fixture.AddTask("t2", "n1", container: WithBoth);
        fixture.Advance(1);

        Assert.Equal(["+s1", "+t2"], Names(node.Assignments[1]));
    }

    [Fact]
    public void A_change_of_the_status_alone_is_not_sent_once_the_agent_owns_it()
    {
        var fixture = StartWithDependencies();
        fixture.AddTask("t1", "n1");
        var node = fixture.Join("n1").OpenAssignments();

        node.Report("t1", TaskState.Running);
        fixture.Advance(1);
        Assert.Equal(TaskState.Running, fixture.StateOf("t1"));
        Assert.Single(node.Assignments);

        fixture.Desire("t1", TaskState.Shutdown);
        fixture.Advance(1);
        Assert.Equal(TaskState.Shutdown, ((SwarmTask)Assert.Single(node.Assignments[1].Changes).Object).DesiredState);
    }

    [Fact]
    public void A_task_is_sent_when_it_is_assigned_and_not_before()
    {
        var fixture = StartWithDependencies();
        fixture.AddTask("t1", "", TaskState.Pending);
        var node = fixture.Join("n1").OpenAssignments();

        fixture.Change("t1", task => task with
        {
            NodeId = new NodeId("n1"),
            Status = task.Status with { State = TaskState.Assigned },
        });
        Assert.Single(node.Assignments);
        fixture.Advance(0.11);

        Assert.Equal(["+t1"], Names(node.Assignments[1]));
    }

    [Fact]
    public void Changes_are_sent_in_bundles_of_a_moment_or_a_hundred()
    {
        var fixture = StartWithDependencies();
        var node = fixture.Join("n1").OpenAssignments();
        for (var i = 0; i < 250; i++)
        {
            fixture.AddTask($"t{i}", "n1");
        }

        fixture.Simulation.Settle();
        Assert.Equal([100, 100], node.Assignments[1..].Select(message => message.Changes.Count));

        fixture.Advance(1);
        Assert.Equal([100, 100, 50], node.Assignments[1..].Select(message => message.Changes.Count));
        Assert.Equal(["0", "1", "2"], node.Assignments[1..].Select(message => message.AppliesTo));
        Assert.Equal(["1", "2", "3"], node.Assignments[1..].Select(message => message.ResultsIn));
    }

    [Fact]
    public void Scenario_074_a_drivers_secret_that_is_not_to_be_reused_comes_as_a_copy_for_each_task()
    {
        var driver = new CountingDriver { DoNotReuse = true };
        var fixture = StartWithDependencies(driver);
        fixture.AddTask("t1", "n1", container: new() { Secrets = [new(new SecretId("vault"), "vault", null)] });
        fixture.AddTask("t2", "n1", container: new() { Secrets = [new(new SecretId("vault"), "vault", null)] });

        var node = fixture.Join("n1").OpenAssignments();

        Assert.Equal(["+vault.t1", "+vault.t2", "+t1", "+t2"], Names(node.Assignments[0]));
        var copies = node.Assignments[0].Changes.Select(change => change.Object).OfType<Secret>().ToArray();
        Assert.Equal(["value 1", "value 2"], copies.Select(copy => Text(copy.Spec.Data)));
        Assert.All(copies, copy => Assert.True(copy.Internal));

        node.Report("t1", TaskState.Complete);
        fixture.Advance(1);
        Assert.Equal(["-vault.t1"], Names(node.Assignments[1]));
    }

    [Fact]
    public void A_secret_that_cannot_be_fetched_is_left_out()
    {
        var fixture = StartWithDependencies(new CountingDriver { Fails = true });
        fixture.AddTask("t1", "n1", container: new() { Secrets = [new(new SecretId("vault"), "vault", null)] });

        var node = fixture.Join("n1").OpenAssignments();

        Assert.Equal(["+t1"], Names(node.Assignments[0]));
    }

    [Fact]
    public async Task A_sealed_secret_is_opened_for_the_node_that_needs_it()
    {
        var vault = new SecretVault(SecretStorage.Sealed, new Secrets.FileFixture.TestKeys(), [], new Random(1).NextBytes);
        var fixture = new DispatcherFixture(new DispatcherOptions { Secrets = vault }).Start();
        fixture.AddNode("n1");
        fixture.AddNode("n2");
        var sealedValue = await vault.SealAsync(new("s1"), [.. "secret"u8], default);
        fixture.Write(transaction => transaction.Create(
            new Secret { Id = new("s1"), Spec = new() { Name = "password", Data = sealedValue } }));
        fixture.AddTask("t1", "n1", container: new() { Secrets = [Password] });

        var node = fixture.Join("n1").OpenAssignments();
        var other = fixture.Join("n2").OpenAssignments();

        var sent = node.Assignments[0].Changes.Select(change => change.Object).OfType<Secret>().Single();
        Assert.Equal("secret", Text(sent.Spec.Data));
        Assert.Empty(other.Assignments[0].Changes);
    }

    private static DispatcherFixture StartWithDependencies(ISecretDriver? driver = null)
    {
        var vault = new SecretVault(SecretStorage.Plain, null, driver is null ? [] : [driver], new Random(1).NextBytes);
        var fixture = new DispatcherFixture(new DispatcherOptions { Secrets = vault }).Start();
        fixture.AddNode("n1");
        fixture.AddNode("n2");
        fixture.Write(transaction =>
        {
            CreateSecret("s1", new SecretSpec { Name = "password", Data = [.. "secret"u8] });
            CreateSecret("s2", new SecretSpec { Name = "other", Data = [.. "other"u8] });
            CreateSecret("vault", new SecretSpec { Name = "vault", Driver = new Driver("d") });
            transaction.Create(new Config { Id = new("c1"), Spec = new() { Name = "settings", Data = [.. "x"u8] } });

            void CreateSecret(string id, SecretSpec spec) =>
                transaction.Create(new Secret { Id = new SecretId(id), Spec = spec });
        });
        return fixture;
    }

    private static IEnumerable<string> Names(AssignmentsMessage message) =>
        message.Changes.Select(change => (change.Remove ? "-" : "+") + change.Object.Key);

    private static string Text(ValueList<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.AsSpan());

    private sealed class CountingDriver : ISecretDriver
    {
        private int _count;

        public string Name => "d";

        public bool DoNotReuse { get; init; }

        public bool Fails { get; init; }

        public ValueTask<DriverSecret> GetAsync(SecretRequest request, CancellationToken cancellationToken) => Fails
            ? throw new InvalidOperationException("the driver is ill")
            : new(new DriverSecret(System.Text.Encoding.UTF8.GetBytes($"value {++_count}"), DoNotReuse));
    }
}
