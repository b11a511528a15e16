using Swarm.Execution;

namespace Swarm.Hosting.Tests.DockerApi.Support;

internal sealed class FakeContainers : IContainerSource
{
    private readonly Lock _lock = new();
    private List<ContainerInfo> _containers = [];

    public List<string> Calls { get; } = [];

    public List<LogLine> Lines { get; } = [];

    public void Set(params ContainerInfo[] containers)
    {
        lock (_lock)
        {
            _containers = [.. containers];
        }
    }

    public IReadOnlyList<ContainerInfo> ListContainers()
    {
        lock (_lock)
        {
            return [.. _containers];
        }
    }

    public Task SignalAsync(string containerId, string signal, CancellationToken cancellationToken) =>
        Record($"signal {containerId} {signal}");

    public Task StopAsync(string containerId, TimeSpan? gracePeriod, CancellationToken cancellationToken) =>
        Record($"stop {containerId} {gracePeriod?.TotalSeconds}");

    public Task RemoveAsync(string containerId, bool force, CancellationToken cancellationToken) =>
        Record($"remove {containerId} {force}");

    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        string containerId,
        LogOptions options,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var line in Lines)
        {
            yield return line;
        }
    }

    public IReadOnlyList<ContainerProcess> ListProcesses(string containerId) =>
        [new("root", 12, 1, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(3723), "sh -c x")];

    private Task Record(string call)
    {
        lock (_lock)
        {
            Calls.Add(call);
        }

        return Task.CompletedTask;
    }
}
