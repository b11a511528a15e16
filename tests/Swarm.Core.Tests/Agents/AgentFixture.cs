using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Core.Tests.Dispatch;
using Swarm.Dispatch;

namespace Swarm.Core.Tests.Agents;

/// <summary>An agent with a scripted executor and a real dispatcher, on one thread under virtual time.</summary>
internal sealed class AgentFixture
{
    private readonly AgentOptions _options;
    private StopSignal _stop = new();

    public AgentFixture(AgentOptions? options = null)
    {
        Swarm = new DispatcherFixture();
        Swarm.AddNode("n1");
        Swarm.Start();
        _options = options ?? new AgentOptions { NodeId = new NodeId("n1"), Tasks = Tasks };
        Connection = new FaultyConnection(() => Swarm.Dispatcher.Connect(new NodeId("n1"), "n1:1234"));
        Agent = NewAgent();
    }

    public DispatcherFixture Swarm { get; }

    public RecordingTaskStore Tasks { get; } = new();

    public ScriptedExecutor Executor { get; set; } = new();

    public FaultyConnection Connection { get; }

    public Agent Agent { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    public AgentFixture Start()
    {
        Running = Swarm.Simulation.StartAsync(() => Agent.RunAsync(_stop.Token));
        Swarm.Advance(0.5);
        return this;
    }

    public void AskToStop() => _stop.Set();

    public void Stop()
    {
        AskToStop();
        Swarm.Advance(30);
        Assert.True(Running.IsCompletedSuccessfully);
    }

    /// <summary>Stops the agent and starts another with the same stored tasks and a new executor.</summary>
    public void Restart(Action<ScriptedExecutor>? prepare = null)
    {
        Stop();
        _stop = new StopSignal();
        Executor = new ScriptedExecutor();
        prepare?.Invoke(Executor);
        Agent = NewAgent();
        Start();
    }

    /// <summary>Assigns a task and gives everybody time to act.</summary>
    public ScriptedController Assign(string id, ContainerSpec? container = null, TaskState desired = TaskState.Running)
    {
        Swarm.AddTask(id, "n1", TaskState.Assigned, desired, container: container);
        Swarm.Advance(1);
        return Executor.Controllers.GetValueOrDefault(id)!;
    }

    /// <summary>Another manager becomes leader.</summary>
    public void ChangeLeader() => Swarm.ChangeLeader();

    private Agent NewAgent() => new(
        Connection,
        Executor,
        _options,
        new Random(3),
        Swarm.Simulation.Time,
        NullLogger.Instance);
}
