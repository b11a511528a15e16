using System.Globalization;
using Swarm.Testing;

namespace Swarm.Tool.Commands;

/// <summary>What users do to a swarm, and what befalls it; all of it follows from the cluster's seed.</summary>
/// <param name="cluster">The swarm.</param>
/// <param name="tell">Takes what happens: virtual time since the start, what kind of thing, and words.</param>
internal sealed class SimulatedHistory(SwarmTestCluster cluster, Action<TimeSpan, string, string> tell)
{
    private const int MostReplicas = 12;
    private const int MostServices = 4;

    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(2);

    private readonly DateTimeOffset _start = cluster.Now;
    private readonly Random _random = new(cluster.Seed);
    private int _names;

    /// <summary>Plays so many steps, repairs everything, and waits until all is as asked for.</summary>
    /// <exception cref="SwarmTestException">A law was broken, or the swarm does not recover.</exception>
    public async Task PlayAsync(int steps)
    {
        Tell("start", $"{cluster.Managers.Count()} managers and {cluster.Workers.Count()} workers are ready");
        await CreateAsync();
        for (var step = 0; step < steps; step++)
        {
            await StepAsync();
            await PassAsync(TimeSpan.FromSeconds(_random.NextDouble() * 15));
        }

        cluster.Network.Heal();
        foreach (var node in cluster.Nodes)
        {
            await node.RestartAsync();
        }

        Tell("repair", "the network is whole, and every machine is up");
        await cluster.AdvanceUntilAsync(() => cluster.Managers.Any(node => node.IsLeader));
        await PassAsync(Calm);
        await cluster.ConvergeAsync();
        var services = await cluster.Client.Services.ListAsync().ToListAsync();
        foreach (var service in services)
        {
            var status = await cluster.Client.Services.GetStatusAsync(service.Id);
            Tell("service", $"{service.Spec.Name}: {status.Running} of {status.Desired} run");
        }
    }

    private Task StepAsync() => _random.Next(10) switch
    {
        0 or 1 => CreateAsync(),
        2 or 3 => ScaleAsync(),
        4 => UpdateAsync(),
        5 => RemoveAsync(),
        6 => CrashAsync(),
        7 => RestartAsync(),
        8 => CutAsync(),
        _ => HandOverAsync(),
    };

    private Task CreateAsync() => TryAsync(async () =>
    {
        if ((await ServicesAsync()).Count >= MostServices)
        {
            return null;
        }

        var (name, replicas) = ($"s{++_names}", _random.Next(1, MostReplicas + 1));
        await cluster.Client.Services.CreateAsync(new ServiceSpec
        {
            Name = name,
            Mode = new ReplicatedMode(replicas),
            TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = $"{name}:1" } },
        });
        return $"a user creates {name} with {replicas} replicas";
    });

    private Task ScaleAsync() => WithServiceAsync(async service =>
    {
        var replicas = _random.Next(1, MostReplicas + 1);
        await cluster.Client.Services.UpdateAsync(
            service.Id, service.Version, service.Spec with { Mode = new ReplicatedMode(replicas) });
        return $"a user scales {service.Spec.Name} to {replicas}";
    });

    private Task UpdateAsync() => WithServiceAsync(async service =>
    {
        var image = string.Create(
            CultureInfo.InvariantCulture, $"{service.Spec.Name}:{service.Version.Index}");
        await cluster.Client.Services.UpdateAsync(service.Id, service.Version, service.Spec with
        {
            TaskTemplate = service.Spec.TaskTemplate with { Workload = new ContainerSpec { Image = image } },
        });
        return $"a user updates {service.Spec.Name} to image {image}";
    });

    private Task RemoveAsync() => WithServiceAsync(async service =>
    {
        await cluster.Client.Services.RemoveAsync(service.Id);
        return $"a user removes {service.Spec.Name}";
    });

    private async Task CrashAsync()
    {
        // A swarm without a majority of its managers decides nothing, which makes for a dull history.
        var managers = cluster.Managers.Count();
        var up = cluster.Managers.Count(node => node.IsRunning);
        var candidates = cluster.Nodes
            .Where(node => node.IsRunning && (!node.IsManager || (up - 1) * 2 > managers))
            .ToList();
        if (candidates.Count > 0)
        {
            var node = candidates[_random.Next(candidates.Count)];
            Tell("accident", $"{node.Name} loses power{(node.IsLeader ? ", which leads" : "")}");
            await node.CrashAsync();
        }
    }

    private async Task RestartAsync()
    {
        if (cluster.Nodes.FirstOrDefault(node => !node.IsRunning) is { } node)
        {
            Tell("repair", $"{node.Name} starts again");
            await node.RestartAsync();
        }
    }

    private async Task CutAsync()
    {
        var node = cluster.Nodes[_random.Next(cluster.Nodes.Count)];
        Tell("accident", $"{node.Name} is cut off{(node.IsLeader ? ", which leads" : "")}");
        cluster.Network.Isolate(node);
        await PassAsync(TimeSpan.FromSeconds(_random.NextDouble() * 60));
        Tell("repair", $"{node.Name} is reached again");
        cluster.Network.Heal(node);
    }

    private async Task HandOverAsync()
    {
        var managers = cluster.Managers.Where(node => node.IsRunning && !node.IsLeader).ToList();
        if (managers.Count > 0)
        {
            var node = managers[_random.Next(managers.Count)];
            Tell("operator", $"{node.Name} is to lead");
            await node.LeadAsync();
        }
    }

    private Task WithServiceAsync(Func<Service, Task<string>> change) => TryAsync(async () =>
    {
        var services = await ServicesAsync();
        return services.Count == 0 ? null : await change(services[_random.Next(services.Count)]);
    });

    private async Task TryAsync(Func<Task<string?>> action)
    {
        try
        {
            if (await action() is { } told)
            {
                Tell("user", told);
            }
        }
        catch (SwarmException exception)
        {
            Tell("user", $"a user is refused: {exception.Message}");
        }
    }

    private async Task<List<Service>> ServicesAsync() => await cluster.Client.Services.ListAsync().ToListAsync();

    // Who leads is what a reader of the history wants to know first.
    private async Task PassAsync(TimeSpan span)
    {
        var before = Leader();
        await cluster.AdvanceAsync(span);
        if (Leader() is { Length: > 0 } now && now != before)
        {
            Tell("leader", $"{now} leads");
        }
    }

    private string Leader() => cluster.Managers.FirstOrDefault(node => node.IsLeader)?.Name ?? "";

    private void Tell(string kind, string text) => tell(cluster.Now - _start, kind, text);
}
