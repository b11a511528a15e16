using Microsoft.Extensions.Logging;
using Swarm.Execution;

namespace Swarm.Hosting.DependencyInjection;

/// <summary>Makes process executors that know their node's name, labels and directory.</summary>
internal static class ProcessExecutorSetup
{
    public static IExecutor Create(NodeProfile profile, Action<ProcessExecutorOptions>? configure)
    {
        var options = new ProcessExecutorOptions
        {
            Hostname = profile.Hostname,
            EngineLabels = profile.EngineLabels,
            StateDirectory = Path.Combine(profile.StateDirectory, "tasks"),
            StopTasksOnDispose = profile.StopTasksOnDispose,
        };
        configure?.Invoke(options);
        return new ProcessExecutor(options, profile.Time, profile.Loggers.CreateLogger<ProcessExecutor>());
    }
}
