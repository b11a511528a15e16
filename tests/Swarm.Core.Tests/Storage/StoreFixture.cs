using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Storage;

/// <summary>A store with seeded ids and a clock that stands still.</summary>
internal sealed class StoreFixture : IDisposable
{
    public StoreFixture(ClusterStoreOptions? options = null, int seed = 1)
    {
        Store = new ClusterStore(new InProcessProposer(), Time, options);
        Ids = new RandomIdGenerator(new Random(seed));
    }

    public VirtualTimeProvider Time { get; } = new();

    public RandomIdGenerator Ids { get; }

    public ClusterStore Store { get; }

    public Service NewService(string name) => new()
    {
        Id = new ServiceId(Ids.Next()),
        Spec = new ServiceSpec { Name = name },
    };

    public SwarmTask NewTask(ServiceId service, int slot = 1, TaskState state = TaskState.New) => new()
    {
        Id = new TaskId(Ids.Next()),
        ServiceId = service,
        Slot = slot,
        Spec = new TaskSpec(),
        DesiredState = TaskState.Running,
        Status = new SwarmTaskStatus { State = state },
    };

    public void Dispose() => Store.Dispose();
}
