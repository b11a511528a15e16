using System.Net;
using Microsoft.Extensions.Logging;
using Swarm.Docker.Engine;
using Swarm.Execution;
using Swarm.Hosting.Mesh;

namespace Swarm.Docker.Execution;

/// <summary>Networks of the engine standing for the swarm's: made for the first task, removed with the last.</summary>
/// <remarks>
/// What is begun with the engine is waited for, also when the task it is for is given up: the engine goes on, shows
/// nobody a network that is not done, and takes another one of the same name meanwhile.
/// </remarks>
internal sealed class EngineNetworks(IDockerEngine engine, ILogger logger) : IDisposable
{
    private const string InterfaceOption = "com.docker.network.bridge.name";

    /// <summary>As much of its id is in the name of a bridge.</summary>
    private const int ShortId = 12;

    private const int MostTold = 1_000;

    private readonly SemaphoreSlim _gate = new(1);

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>What the node does for networks that are bridges; null where nothing.</summary>
    internal IBridgedNetworks? Bridges { get; set; }

    /// <summary>Makes what is missing.</summary>
    /// <returns>The networks as they are.</returns>
    /// <exception cref="TaskRejectedException">The engine has a network of that name for something else.</exception>
    internal async Task<ValueList<TaskNetwork>> EnsureAsync(
        ValueList<TaskNetwork> networks, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var ready = new List<TaskNetwork>();
            foreach (var network in networks.ToArray())
            {
                if (network.Definition is { } definition)
                {
                    var existing = await EnsureAsync(network, definition, cancellationToken);
                    ready.Add(await LookAsync(network, existing, cancellationToken));
                }
                else
                {
                    ready.Add(network);
                }
            }

            return ready.ToValueList();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes over the networks of a task that runs already.</summary>
    internal async Task AdoptAsync(ValueList<TaskNetwork> networks, CancellationToken cancellationToken)
    {
        if (Bridges is null)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var network in networks.Where(network => network.Swarm is not null))
            {
                var existing = await engine.FindNetworkAsync(network.Name, cancellationToken);
                await LookAsync(network, existing, cancellationToken);
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

    private async Task<EngineNetworkDocument?> EnsureAsync(
        TaskNetwork network, NetworkCreateDocument definition, CancellationToken cancellationToken)
    {
        var existing = await engine.FindNetworkAsync(definition.Name, cancellationToken);
        if (existing is not null && IdOf(existing.Labels) != IdOf(definition.Labels))
        {
            await ReplaceAsync(existing, cancellationToken);
            existing = null;
        }

        if (existing is not null)
        {
            return existing;
        }

        return await TryCreateAddressedAsync(network, definition, cancellationToken)
            ?? await CreateAsync(definition, cancellationToken);
    }

    // Null when the network cannot have the addresses of the swarm.
    private async Task<EngineNetworkDocument?> TryCreateAddressedAsync(
        TaskNetwork network, NetworkCreateDocument definition, CancellationToken cancellationToken)
    {
        if (Bridges is not { } bridges || network.Swarm is not { } swarm)
        {
            return null;
        }

        var obstacle = await bridges.FindObstacleAsync(swarm.Subnet, cancellationToken);
        if (obstacle is null)
        {
            try
            {
                var made = await CreateAsync(definition with { Addressing = swarm.Addressing }, cancellationToken);
                if (made is null)
                {
                    return null;
                }

                obstacle = await bridges.EnterAsync(BridgeOf(made, network), cancellationToken);
                if (obstacle is null)
                {
                    return made;
                }

                await engine.RemoveNetworkAsync(made.Id, CancellationToken.None);
            }
            catch (EngineException exception)
            {
                // It may have the subnet elsewhere.
                obstacle = exception.Message;
            }
        }

        Tell(network.Name, () => DockerLog.EngineAddresses(logger, network.Name, $"{swarm.Subnet}", obstacle));
        return null;
    }

    private async Task<EngineNetworkDocument?> CreateAsync(
        NetworkCreateDocument definition, CancellationToken cancellationToken)
    {
        try
        {
            await engine.CreateNetworkAsync(definition, CancellationToken.None);
            if (definition.Driver == "bridge")
            {
                DockerLog.OverlayIsBridge(logger, definition.Name);
            }
        }
        catch (EngineException exception) when (exception.Status == HttpStatusCode.Conflict)
        {
            // Another node on the same engine was faster.
        }

        return await engine.FindNetworkAsync(definition.Name, cancellationToken);
    }

    // Newer engines do not let containers ask outside of networks without a way out, where the node's names are.
    private async Task<TaskNetwork> LookAsync(
        TaskNetwork network, EngineNetworkDocument? existing, CancellationToken cancellationToken)
    {
        if (network.Swarm is not { } swarm || existing is null || !swarm.AreOf(existing))
        {
            return network;
        }

        if (network.IsInternal || Bridges is not { } bridges)
        {
            return network with { Footing = NetworkFooting.Addressed };
        }

        var obstacle = await bridges.EnterAsync(BridgeOf(existing, network), cancellationToken);
        if (obstacle is null)
        {
            return network with { Footing = NetworkFooting.Answered };
        }

        Tell(network.Name, () => DockerLog.NotAnswered(logger, network.Name, obstacle));
        return network with { Footing = NetworkFooting.Addressed };
    }

    private static NetworkBridge BridgeOf(EngineNetworkDocument existing, TaskNetwork network) => new(
        new(IdOf(existing.Labels) ?? ""),
        existing.Options?.GetValueOrDefault(InterfaceOption) is { Length: > 0 } name
            ? name
            : $"br-{existing.Id[..Math.Min(existing.Id.Length, ShortId)]}",
        network.Swarm!.Gateway);

    // Said once; every task would say it again.
    private void Tell(string network, Action tell)
    {
        if (_told.Count < MostTold && _told.Add(network))
        {
            tell();
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
            await engine.RemoveNetworkAsync(existing.Id, CancellationToken.None);
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
            if (Bridges is { } bridges)
            {
                await bridges.LeaveAsync(new(IdOf(definition.Labels)!), cancellationToken);
            }

            await engine.RemoveNetworkAsync(existing.Id, CancellationToken.None);
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
