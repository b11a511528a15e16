using Swarm;
using Swarm.Execution;

namespace CustomExecutor;

/// <summary>Runs every task as a method of this process, named by the task's image.</summary>
internal sealed class DelegateExecutor(IReadOnlyDictionary<string, Func<CancellationToken, Task>> bodies) : IExecutor
{
    public ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) => new(new NodeDescription
    {
        // The name of the node; an executor describes the machine as it wants it to be seen.
        Hostname = "delegates",
        Platform = new Platform("x86_64", "linux"),
        Resources = new NodeResources
        {
            NanoCpus = Environment.ProcessorCount * 1_000_000_000L,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        },
        Engine = new EngineDescription { Version = "delegates-1" },
    });

    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies) =>
        task.Spec.Workload is ContainerSpec container && bodies.TryGetValue(container.Image, out var body)
            ? new DelegateController(body)
            : throw new TaskRejectedException($"no delegate is registered for task {task.Id}");

    private sealed class DelegateController(Func<CancellationToken, Task> body) : ITaskController
    {
        private readonly CancellationTokenSource _stop = new();
        private Task? _run;

        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _run ??= body(_stop.Token);
            return Task.CompletedTask;
        }

        public async Task<TaskExit> WaitAsync(CancellationToken cancellationToken)
        {
            try
            {
                // After a restart of this process nothing of the old one runs any more.
                await (_run ?? throw new InvalidOperationException("it ended with its process")).WaitAsync(cancellationToken);
                return new TaskExit(0);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                return new TaskExit(_stop.IsCancellationRequested ? 143 : 1, exception.Message);
            }
        }

        public Task UpdateAsync(SwarmTask task, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ShutdownAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

        public Task TerminateAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

        public Task RemoveAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync()
        {
            _stop.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
