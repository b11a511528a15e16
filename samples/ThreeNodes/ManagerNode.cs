using Swarm;

namespace ThreeNodes;

/// <summary>A manager, and what it answers on its standard input.</summary>
internal static class ManagerNode
{
    public static async Task RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services
            .AddSwarmManager(options =>
            {
                options.NodeName = args[0];
                options.ListenAddress = $"{args[0]}:23773";
                options.AdvertiseAddress = args[0];
                options.DataDirectory = args[1];

                // With short heartbeats a dead node is noticed within seconds.
                options.HeartbeatPeriod = TimeSpan.FromSeconds(1);
                if (args is [_, _, var manager, var token])
                {
                    (options.JoinAddress, options.JoinToken) = ($"{manager}:23773", token);
                }
            })
            .UseInMemoryExecutor();
        using var host = builder.Build();
        await host.StartAsync();

        var swarm = host.Services.GetRequiredService<ISwarmClient>();
        while (await Console.In.ReadLineAsync() is { } question)
        {
            try
            {
                Console.WriteLine(await AnswerAsync(swarm, question));
            }
            catch (SwarmException exception)
            {
                // Between two leaders nobody decides.
                Console.WriteLine(exception.Message.ReplaceLineEndings(" "));
            }
        }

        await host.StopAsync();
    }

    private static async Task<string> AnswerAsync(ISwarmClient swarm, string question)
    {
        switch (question)
        {
            case "token":
                return (await swarm.Cluster.GetAsync()).RootCa.ManagerJoinToken;
            case "deploy":
                return (await swarm.Services.CreateAsync(new ServiceSpec
                {
                    Name = "web",
                    Mode = new ReplicatedMode(6),
                    TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "web:1" } },
                })).Id.Value;
            default:
                return await DescribeAsync(swarm);
        }
    }

    private static async Task<string> DescribeAsync(ISwarmClient swarm)
    {
        var nodes = await swarm.Nodes.ListAsync().ToDictionaryAsync(node => node.Id);
        var leader = nodes.Values.FirstOrDefault(node => node.ManagerStatus is { Leader: true });
        var alive = await swarm.Tasks.ListAsync(new TaskQuery(DesiredState: TaskState.Running))
            .Where(task => task.Status.State == TaskState.Running
                && nodes.TryGetValue(task.NodeId, out var node)
                && node.Status.State == NodeState.Ready)
            .ToListAsync();
        var perNode = alive.CountBy(task => nodes[task.NodeId].Description?.Hostname ?? "")
            .OrderBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => $"{count.Value} on {count.Key}");
        var name = leader?.Description?.Hostname ?? "nobody";
        return $"{name} leads, {alive.Count} of 6 run: {string.Join(", ", perNode)}";
    }
}
