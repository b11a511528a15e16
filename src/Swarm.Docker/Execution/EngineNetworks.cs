using System.Net;
using Microsoft.Extensions.Logging;
using Swarm.Docker.Engine;
using Swarm.Execution;

namespace Swarm.Docker.Execution;

/// <summary>Networks of the engine standing for the swarm's: made for the first task, removed with the last.</summary>
internal sealed class EngineNetworks(IDockerEngine engine, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="TaskRejectedException">The engine has a network of that name for something else.</exception>
    internal async Task EnsureAsync(ValueList<TaskNetwork> networks, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var definition in networks.Select(network => network.Definition).OfType<NetworkCreateDocument>())
            {
                await EnsureAsync(definition, cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Removes what no task uses any more.</summary>
    internal async Task ReleaseAsync(ValueList<TaskNetwork> networks, CancellationToken cancellationToken)
    {
        if (!networks.Any(network => network.Definition is not null))
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            var used = await FindUsedAsync(cancellationToken);
            foreach (var definition in networks.Select(network => network.Definition).OfType<NetworkCreateDocument>())
            {
                if (!used.Contains(definition.Name))
                {
                    await RemoveAsync(definition, cancellationToken);
                }
            }
        }
        catch (EngineException exception)
        {
            // Somebody else's container is on it; whoever comes last tries again.
            DockerLog.NotRemoved(logger, exception.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task EnsureAsync(NetworkCreateDocument definition, CancellationToken cancellationToken)
    {
        var existing = await engine.FindNetworkAsync(definition.Name, cancellationToken);
        if (existing is not null && IdOf(existing.Labels) != IdOf(definition.Labels))
        {
            await ReplaceAsync(existing, cancellationToken);
            existing = null;
        }

        if (existing is not null)
        {
            return;
        }

        try
        {
            await engine.CreateNetworkAsync(definition, cancellationToken);
            if (definition.Driver == "bridge")
            {
                DockerLog.OverlayIsBridge(logger, definition.Name);
            }
        }
        catch (EngineException exception) when (exception.Status == HttpStatusCode.Conflict)
        {
            // Another node on the same engine was faster.
        }
    }

    // The swarm may have a new network of the name of one that is just going.
    private async Task ReplaceAsync(EngineNetworkDocument existing, CancellationToken cancellationToken)
    {
        if (IdOf(existing.Labels) is null)
        {
            throw new TaskRejectedException(
                $"the engine has a network {existing.Name} of its own: remove it, or rename one of the two");
        }

        try
        {
            await engine.RemoveNetworkAsync(existing.Id, cancellationToken);
        }
        catch (EngineException exception)
        {
            throw new TransientExecutorException(
                $"the engine's network {existing.Name} is still used by tasks of another network of that name",
                exception);
        }
    }

    private async Task RemoveAsync(NetworkCreateDocument definition, CancellationToken cancellationToken)
    {
        var existing = await engine.FindNetworkAsync(definition.Name, cancellationToken);
        if (existing is not null && IdOf(existing.Labels) == IdOf(definition.Labels))
        {
            await engine.RemoveNetworkAsync(existing.Id, cancellationToken);
        }
    }

    // A container that is about to start is on its networks although the engine does not count it yet.
    private async Task<HashSet<string>> FindUsedAsync(CancellationToken cancellationToken)
    {
        var containers = await engine.ListContainersAsync(ContainerPlanner.TaskLabel, cancellationToken);
        return containers
            .Where(container => container.State is "created" or "running" or "paused")
            .SelectMany(container => container.NetworkSettings?.Networks?.Keys ?? Enumerable.Empty<string>())
            .ToHashSet(StringComparer.Ordinal);
    }

    private static string? IdOf(Dictionary<string, string>? labels) => labels?.GetValueOrDefault(TaskNetwork.IdLabel);
}
