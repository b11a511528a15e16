namespace Swarm.Core.Tests.Orchestration;

/// <summary>Services that wait for nodes which are down, and delays that grow.</summary>
public sealed class DisconnectTests : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();

    public DisconnectTests()
    {
        _swarm.AddNode("n1");
        _swarm.AddNode("n2");
        _swarm.Start();
    }

    public void Dispose() => _swarm.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tasks_are_kept_on_a_node_that_is_down_when_the_service_says_so(bool global)
    {
        var web = Running(global, (ServiceLabels.Disconnect, "keep"));
        var before = _swarm.Runnable(web).Select(task => task.Id).ToArray();

        _swarm.SetState("n1", NodeState.Down);
        _swarm.Advance(TimeSpan.FromHours(20));
        _swarm.StopLeader();
        _swarm.Start();
        Assert.Equal(before, _swarm.Runnable(web).Select(task => task.Id));

        _swarm.SetState("n1", NodeState.Ready);
        _swarm.Live(TimeSpan.FromSeconds(10));
        Assert.Equal(before, _swarm.Runnable(web).Select(task => task.Id));
    }

    [Fact]
    public void Tasks_are_replaced_once_the_node_has_been_down_for_too_long()
    {
        var web = Running(false, (ServiceLabels.DisconnectLostAfter, "5m"));
        _swarm.SetState("n1", NodeState.Down);

        _swarm.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(2, _swarm.Tasks(web).Count);

        _swarm.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, _swarm.Tasks(web).Count);
        Assert.Equal(2, _swarm.Runnable(web).Count);
    }

    [Fact]
    public void The_time_starts_over_when_the_node_comes_back()
    {
        var web = Running(false, (ServiceLabels.DisconnectLostAfter, "5m"));
        _swarm.SetState("n1", NodeState.Down);
        _swarm.Advance(TimeSpan.FromMinutes(4));
        _swarm.SetState("n1", NodeState.Ready);
        _swarm.SetState("n1", NodeState.Down);

        _swarm.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(2, _swarm.Tasks(web).Count);

        _swarm.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _swarm.Tasks(web).Count);
    }

    [Fact]
    public void A_drained_or_removed_node_is_not_waited_for()
    {
        var web = Running(false, (ServiceLabels.Disconnect, "keep"));
        _swarm.SetState("n1", NodeState.Down);
        _swarm.RemoveNode("n1");
        _swarm.SetAvailability("n2", NodeAvailability.Drain);

        Assert.Equal(4, _swarm.Tasks(web).Count);
    }

    [Fact]
    public void R40_restart_delays_double_up_to_their_limit()
    {
        var web = Running(1, (ServiceLabels.RestartBackoff, "15s"));
        _swarm.Behaviour = _ => TaskState.Failed;
        _swarm.Report(_swarm.Only(web).Id, TaskState.Failed);
        var waits = new List<double>();

        for (var i = 0; i < 5; i++)
        {
            var created = _swarm.Now;
            _swarm.LiveUntil(() => _swarm.Only(web).DesiredState == TaskState.Running);
            waits.Add(Math.Round((_swarm.Now - created).TotalSeconds));
            _swarm.Work();
            if (i == 2)
            {
                _swarm.StopLeader();
                _swarm.Start();
            }
        }

        Assert.Equal([2, 4, 8, 15, 15], waits);
    }

    [Fact]
    public void A_task_that_ran_for_long_enough_restarts_after_the_policys_delay()
    {
        var web = Running(1, (ServiceLabels.RestartBackoff, "15s"));
        _swarm.Behaviour = _ => TaskState.Running;
        foreach (var (runs, waits) in new[] { (1, 2), (1, 4), (20, 2), (1, 4) })
        {
            _swarm.Live(TimeSpan.FromSeconds(runs));
            _swarm.Report(_swarm.Only(web).Id, TaskState.Failed);
            var ended = _swarm.Now;
            _swarm.LiveUntil(() => _swarm.Only(web).DesiredState == TaskState.Running);

            Assert.InRange((_swarm.Now - ended).TotalSeconds, waits - 0.2, waits + 0.2);
            _swarm.LiveUntil(() => _swarm.Only(web).Status.State == TaskState.Running);
        }
    }

    private ServiceId Running(bool global, (string Label, string Value) label) =>
        Running(global ? Specs.Global() : Specs.Replicated(2), label);

    private ServiceId Running(int replicas, (string Label, string Value) label) => Running(
        Specs.Replicated(replicas).WithRestart(new RestartPolicy { Delay = TimeSpan.FromSeconds(2) }),
        label);

    private ServiceId Running(ServiceSpec spec, (string Label, string Value) label)
    {
        var id = _swarm.AddService(spec with { Labels = spec.Labels.With(label.Label, label.Value) });
        _swarm.Work();
        return id;
    }
}
