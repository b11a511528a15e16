using System.Text;

namespace Swarm.Execution.Processes;

/// <summary>Runs the command of a health check beside the task, with its environment and within its limits.</summary>
internal sealed class HealthProbe(HealthCheck check, LaunchRequest task, ProcessRuntime runtime, string taskId)
{
    private const int MaximumOutput = 4096;
    private const int Failed = -1;
    private const string MarkerName = "SWARM_PROBE_ID";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private int _count;

    internal async Task<HealthResult> RunAsync(CancellationToken cancellationToken)
    {
        var start = runtime.TimeProvider.GetUtcNow();
        var output = new ProbeOutput(MaximumOutput);
        var timeout = check.Timeout > TimeSpan.Zero ? check.Timeout : DefaultTimeout;
        var id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{taskId}-{++_count}");
        var cgroup = task.Group.Cgroup?.TryCreateChild($"probe-{id}");
        SpawnedProcess? process = null;
        try
        {
            process = ProcessLauncher.Launch(Request(id, cgroup, output), runtime.Loop);
            var exitCode = await process.Exited.WaitAsync(timeout, runtime.TimeProvider, cancellationToken);
            await process.OutputClosed.WaitAsync(runtime.OutputGrace, runtime.TimeProvider, cancellationToken);
            return Result(exitCode, output.ToString());
        }
        catch (TimeoutException)
        {
            return process!.Exited.IsCompletedSuccessfully
                ? Result(await process.Exited, output.ToString())
                : Result(Failed, $"Health check exceeded timeout ({GoDuration.Format(timeout)})");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Result(Failed, exception.Message);
        }
        finally
        {
            await EndAsync(process, cgroup);
        }

        HealthResult Result(int exitCode, string text) => new(start, runtime.TimeProvider.GetUtcNow(), exitCode, text);
    }

    private LaunchRequest Request(string id, TaskCgroup? cgroup, ProbeOutput output)
    {
        var words = check.Test[0] switch
        {
            "CMD" => check.Test.Skip(1).ToValueList(),
            "CMD-SHELL" => ["/bin/sh", "-c", check.Test.ElementAtOrDefault(1) ?? ""],
            var kind => throw new LaunchException($"Unknown healthcheck type '{kind}' (expected 'CMD')", Failed),
        };
        var marker = new EnvironmentVariable(MarkerName, id);
        var path = task.Environment.LastOrDefault(variable => variable.Name == "PATH")?.Value ?? "";
        return task with
        {
            Executable = ExecutablePath.Resolve(words.IsEmpty ? "" : words[0], path, task.WorkingDirectory),
            Arguments = words,
            Environment = task.Environment.Add(marker),
            Group = new ProcessGroup(marker.ToString(), cgroup),
            Output = output.Append,
            OutputDirectory = null,
        };
    }

    private async Task EndAsync(SpawnedProcess? process, TaskCgroup? cgroup)
    {
        if (process is not null)
        {
            process.KillTree();
            await process.Exited;
            process.CloseOutput();
        }

        if (cgroup is not null)
        {
            await runtime.RemoveAsync(cgroup);
        }
    }

    /// <summary>The first bytes of what a check prints.</summary>
    private sealed class ProbeOutput(int capacity)
    {
        private readonly Lock _gate = new();
        private readonly List<byte> _bytes = [];

        internal void Append(LogStream stream, ReadOnlySpan<byte> data)
        {
            lock (_gate)
            {
                _bytes.AddRange(data[..Math.Min(data.Length, capacity - _bytes.Count)]);
            }
        }

        public override string ToString()
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString([.. _bytes]);
            }
        }
    }
}
