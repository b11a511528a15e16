using Swarm.Docker.Engine;

namespace Swarm.Docker.Execution;

/// <summary>The containers of an engine that this executor has made, also in earlier lives.</summary>
internal sealed class OwnContainers(DockerRuntime runtime)
{
    internal async Task<IReadOnlyList<OwnContainer>> ListAsync(CancellationToken cancellationToken)
    {
        var own = new List<OwnContainer>();
        foreach (var node in runtime.Nodes.Read())
        {
            var containers = await runtime.Engine.ListContainersAsync(
                $"{ContainerPlanner.NodeIdLabel}={node}", cancellationToken);
            own.AddRange(containers.Select(container => new OwnContainer(
                container.Id,
                container.Labels?.GetValueOrDefault(ContainerPlanner.TaskIdLabel) ?? "",
                container.State)));
        }

        return own;
    }

    /// <summary>Stops and removes those whose task nobody knows any more.</summary>
    internal async Task RemoveUnknownAsync(IReadOnlySet<TaskId> known, CancellationToken cancellationToken)
    {
        foreach (var container in await ListAsync(cancellationToken))
        {
            if (known.Contains(new(container.TaskId)))
            {
                continue;
            }

            DockerLog.UnknownContainer(runtime.Logger, container.Id);
            try
            {
                await runtime.Engine.StopContainerAsync(container.Id, gracePeriod: null, cancellationToken);
                await runtime.Engine.RemoveContainerAsync(container.Id, cancellationToken);
            }
            catch (EngineException exception)
            {
                DockerLog.NotRemoved(runtime.Logger, exception.Message);
            }

            runtime.Files.Wipe(new(container.TaskId));
        }
    }

    /// <summary>Stops all that run, at the same time; gives up on what the engine does not stop.</summary>
    internal async Task StopAsync(TimeSpan limit)
    {
        // The engine kills after the grace period and needs a moment for that.
        using var patience = new CancellationTokenSource(2 * limit, runtime.Time);
        try
        {
            var running = (await ListAsync(patience.Token))
                .Where(container => container.State is "running" or "paused");
            await Task.WhenAll(running.Select(container => StopAsync(container.Id, limit, patience.Token)));
        }
        catch (Exception exception) when (exception is IOException or EngineException or OperationCanceledException)
        {
            DockerLog.NotStopped(runtime.Logger, "*", exception.Message);
        }
    }

    private async Task StopAsync(string id, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await runtime.Engine.StopContainerAsync(id, limit, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or EngineException)
        {
            DockerLog.NotStopped(runtime.Logger, id, exception.Message);
        }
    }
}

/// <summary>A container of this executor.</summary>
internal sealed record OwnContainer(string Id, string TaskId, string State);
