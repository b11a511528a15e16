using Swarm.Execution;

namespace Swarm.Hosting.DependencyInjection;

/// <summary>How one node of this process is to be made.</summary>
internal sealed class NodeBlueprint(string optionsName)
{
    /// <summary>Name under which the node's options are registered.</summary>
    public string OptionsName { get; } = optionsName;

    /// <summary>Makes the node's executor.</summary>
    public Func<IServiceProvider, NodeProfile, IExecutor> CreateExecutor { get; set; } =
        (_, profile) => ProcessExecutorSetup.Create(profile, null);
}

/// <summary>What an executor is told about its node before the node is a member of anything.</summary>
internal sealed record NodeProfile(
    string Hostname,
    string StateDirectory,
    ValueDictionary<string> EngineLabels,
    TimeProvider Time,
    Microsoft.Extensions.Logging.ILoggerFactory Loggers,
    bool StopTasksOnDispose = true);
