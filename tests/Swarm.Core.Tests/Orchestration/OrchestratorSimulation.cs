using Swarm.Orchestration;
using Swarm.Orchestration.Global;
using Swarm.Orchestration.Replicated;
using Swarm.Orchestration.Restart;

namespace Swarm.Core.Tests.Orchestration;

/// <summary>Anything at any time, seeded; whatever happened, the swarm ends up as asked for.</summary>
public sealed class OrchestratorSimulation
{
    public static TheoryData<int> Seeds { get; } = [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Services_converge_after_any_history(int seed)
    {
        using var run = new Run(seed);

        run.Disturb(150);
        run.Calm();

        run.AssertConverged();
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Trace(), Trace());

        static string Trace()
        {
            using var run = new Run(7);
            run.Disturb(100);
            run.Calm();
            return run.Describe();
        }
    }

    private sealed class Run : IDisposable
    {
        private readonly OrchestrationFixture _swarm = new();
        private readonly Random _random;
        private readonly List<ServiceId> _services = [];
        private readonly Dictionary<TaskId, TaskState> _desired = [];
        private int _nodes;
        private int _version = 1;

        public Run(int seed)
        {
            _random = new Random(seed);
            for (var i = 0; i < 4; i++)
            {
                AddNode();
            }

            _swarm.Start();
            AddService(Specs.Replicated(5));
            AddService(Specs.Global());
            AddService(Specs.Replicated(3).WithRestart(new RestartPolicy { Delay = TimeSpan.Zero }));
        }

        public void Dispose() => _swarm.Dispose();

        public void Disturb(int steps)
        {
            _swarm.Behaviour = _ => _random.Next(4) switch
            {
                0 => TaskState.Starting,
                1 => TaskState.Failed,
                _ => TaskState.Running,
            };
            for (var step = 0; step < steps; step++)
            {
                Disturb();
                _swarm.Work();
                _swarm.Advance(TimeSpan.FromMilliseconds(_random.Next(3_000)));
                AssertAlways();
            }
        }

        public void Calm()
        {
            _swarm.Behaviour = _ => TaskState.Running;
            foreach (var node in _swarm.View.Nodes.ToArray())
            {
                _swarm.ChangeNode(node.Id.Value, value => value with
                {
                    Status = new NodeStatus(NodeState.Ready),
                    Spec = value.Spec with { Availability = NodeAvailability.Active },
                });
            }

            foreach (var service in _services)
            {
                Update(service, spec => spec.WithImage("final"));
            }

            _swarm.Live(TimeSpan.FromMinutes(8));
        }

        public void AssertConverged()
        {
            var view = _swarm.View;
            foreach (var service in view.Services)
            {
                var slots = _swarm.Runnable(service.Id).Select(task => SlotKey.Of(task, service)).ToArray();
                Assert.Equal(slots.Length, slots.Distinct().Count());
                Assert.Equal(
                    service.Spec.Mode is ReplicatedMode mode ? mode.Replicas : view.Nodes.Count,
                    slots.Length);
                Assert.All(_swarm.Runnable(service.Id), task => Assert.Equal(
                    ("final", TaskState.Running, TaskState.Running),
                    (task.Image(), task.DesiredState, task.Status.State)));
                Assert.True(service.RolloutStatus is null or { State: RolloutState.Completed });

                var tick = new Tick(view, _swarm.Now, new Swarm.Identity.RandomIdGenerator(new Random(0)));
                var history = new RestartHistory();
                var result = service.Spec.Mode is GlobalMode
                    ? GlobalReconciler.Reconcile(tick, service, history)
                    : ReplicatedReconciler.Reconcile(tick, service, history);
                Assert.Empty(result.DirtySlots);
                Assert.DoesNotContain(result.Writes, write => write is TaskWrite { Created: not null });
            }

            Assert.All(view.Tasks, task => Assert.NotNull(view.Services.Find(task.ServiceId.Value)));
        }

        public string Describe() => string.Join('\n', _swarm.View.Tasks);

        private void AssertAlways()
        {
            foreach (var task in _swarm.View.Tasks)
            {
                Assert.True(task.DesiredState >= _desired.GetValueOrDefault(task.Id), "a desired state went back");
                _desired[task.Id] = task.DesiredState;
            }

            foreach (var service in _swarm.View.Services)
            {
                Assert.All(
                    _swarm.Runnable(service.Id).CountBy(task => SlotKey.Of(task, service)),
                    slot => Assert.InRange(slot.Value, 1, 2));
            }
        }

        private void Disturb()
        {
            switch (_random.Next(14))
            {
                case 0:
                    AddNode();
                    break;
                case 1 when _swarm.View.Nodes.Count > 2:
                    _swarm.RemoveNode(AnyNode());
                    break;
                case 2 or 3:
                    _swarm.SetState(AnyNode(), _random.Next(2) == 0 ? NodeState.Ready : NodeState.Down);
                    break;
                case 4 or 5:
                    _swarm.SetAvailability(AnyNode(), (NodeAvailability)_random.Next(3));
                    break;
                case 6:
                    Update(AnyService(), spec => spec.WithImage($"v{++_version}") with { Update = AnyPolicy() });
                    break;
                case 7:
                    Update(AnyService(), spec => spec.Mode is ReplicatedMode
                        ? spec.WithReplicas(_random.Next(8))
                        : spec);
                    break;
                case 8 when _services.Count < 6:
                    AddService(_random.Next(3) == 0 ? Specs.Global() : Specs.Replicated(_random.Next(6)));
                    break;
                case 9 when _services.Count > 2:
                    var service = AnyService();
                    _services.Remove(service);
                    _swarm.RemoveService(service);
                    break;
                case 10 or 11 when _swarm.View.Tasks.Count > 0:
                    _swarm.RemoveTask(_swarm.View.Tasks.ElementAt(_random.Next(_swarm.View.Tasks.Count)).Id);
                    break;
                case 12:
                    Crash();
                    break;
                case 13:
                    _swarm.StopLeader();
                    _swarm.Start();
                    break;
            }
        }

        private void Crash()
        {
            var running = _swarm.View.Tasks.Where(task => task.Status.State == TaskState.Running).ToArray();
            if (running.Length > 0)
            {
                _swarm.Report(running[_random.Next(running.Length)].Id, TaskState.Failed);
            }
        }

        private UpdatePolicy AnyPolicy() => new()
        {
            Parallelism = (ulong)_random.Next(3),
            Delay = TimeSpan.FromSeconds(_random.Next(3)),
            FailureAction = (FailureAction)_random.Next(3),
            MaxFailureRatio = _random.Next(2) * 0.5f,
            Monitor = TimeSpan.FromSeconds(_random.Next(1, 4)),
            Order = (UpdateOrder)_random.Next(2),
        };

        private void AddNode() => _swarm.AddNode($"n{++_nodes}");

        private void AddService(ServiceSpec spec) =>
            _services.Add(_swarm.AddService(spec with { Name = $"s{_services.Count}-{_swarm.View.Version}" }));

        private void Update(ServiceId service, Func<ServiceSpec, ServiceSpec> change) => _swarm.Update(service, change);

        private string AnyNode() => _swarm.View.Nodes.ElementAt(_random.Next(_swarm.View.Nodes.Count)).Key;

        private ServiceId AnyService() => _services[_random.Next(_services.Count)];
    }
}
