using System.Net;
using Microsoft.Extensions.Logging;
using Swarm.Docker.Engine;
using Swarm.Execution.Processes;
using Swarm.Hosting.Mesh;

namespace Swarm.Docker.Execution;

/// <summary>What all tasks of a docker executor share.</summary>
internal sealed class DockerRuntime(
    IDockerEngine engine, DockerExecutorOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    internal IDockerEngine Engine => engine;

    internal DockerExecutorOptions Options => options;

    internal TimeProvider Time => time;

    internal ILogger Logger => logger;

    internal ContainerWatch Watch { get; } = new(engine, time, logger);

    internal EngineNetworks Networks { get; } = new(engine, logger);

    internal TaskImages Images { get; } = new(engine, options.PullPolicy, logger);

    internal TaskFileMounts Files { get; } =
        new(
            new TaskFileStore(Path.GetFullPath(options.StateDirectory), options.SecretsDirectory, logger),
            engine.Address);

    internal NodeRecord Nodes { get; } = new(options.StateDirectory);

    /// <summary>What the node does for networks that are bridges; null where nothing.</summary>
    internal IBridgedNetworks? Bridges
    {
        get;

        set => field = Networks.Bridges = value;
    }

    /// <summary>Where ports for the mesh are published; empty for every address.</summary>
    internal string MeshAddress { get; private set; } = "";

    /// <summary>
    /// Nodes call their own tasks, and all nodes of one machine each other's, at 127.0.0.1; for others the address
    /// where the swarm reaches this node must answer as well.
    /// </summary>
    internal void UseAddress(string address) =>
        MeshAddress = engine.Address.IsLocal
            && IPAddress.TryParse(address, out var parsed)
            && IPAddress.IsLoopback(parsed)
                ? $"{IPAddress.Loopback}"
                : "";

    public void Dispose()
    {
        Watch.Dispose();
        Networks.Dispose();
        engine.Dispose();
    }
}
