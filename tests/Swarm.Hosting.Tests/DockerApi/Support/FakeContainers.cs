using System.Threading.Channels;
using Swarm.Execution;

namespace Swarm.Hosting.Tests.DockerApi.Support;

internal sealed class FakeContainers : IContainerSource, IExecSource
{
    private readonly Lock _lock = new();
    private List<ContainerInfo> _containers = [];

    public List<string> Calls { get; } = [];

    public List<LogLine> Lines { get; } = [];

    public ExecSpec? LastExec { get; private set; }

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

    public ValueTask<IExecProcess> StartExecAsync(
        string containerId, ExecSpec spec, CancellationToken cancellationToken)
    {
        LastExec = spec;
        return spec.CommandLine[0] == "missing" ? throw new ExecStartException("not here", 127) : new(new Echo(spec));
    }

    private Task Record(string call)
    {
        lock (_lock)
        {
            Calls.Add(call);
        }

        return Task.CompletedTask;
    }

    /// <summary>Gives its input back, says <c>end</c> on its other output unless at a terminal, and ends with 7.</summary>
    private sealed class Echo(ExecSpec spec) : IExecProcess
    {
        private readonly Channel<ExecOutput> _output = Channel.CreateUnbounded<ExecOutput>();
        private readonly TaskCompletionSource<int> _exited = new();

        public int Pid => 99;

        public Task<int> Exited => _exited.Task;

        public IAsyncEnumerable<ExecOutput> ReadOutputAsync(CancellationToken cancellationToken) =>
            _output.Reader.ReadAllAsync(cancellationToken);

        public ValueTask WriteInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            _output.Writer.WriteAsync(new(LogStream.Stdout, data.ToArray()), cancellationToken);

        public void EndInput()
        {
            if (spec.Terminal is null)
            {
                _output.Writer.TryWrite(new(LogStream.Stderr, "end\n"u8.ToArray()));
            }

            _output.Writer.TryComplete();
            _exited.TrySetResult(7);
        }

        public void Resize(TerminalSize size)
        {
            // It does not care.
        }

        public ValueTask DisposeAsync()
        {
            EndInput();
            return ValueTask.CompletedTask;
        }
    }
}
