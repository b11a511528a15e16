namespace Swarm.Dashboard.Tests.Page;

/// <summary>Swarms to look at.</summary>
internal static class Scenes
{
    private const string StackLabel = "com.docker.stack.namespace";

    /// <summary>Three nodes, two stacks, an update under way, a failure, a task that finds no node.</summary>
    public static async Task<(FakeSwarm Swarm, IReadOnlyList<SwarmTask> Tasks)> SmallAsync()
    {
        var swarm = new FakeSwarm();
        Node[] nodes =
        [
            await swarm.AddNodeAsync("node-1", NodeRole.Manager),
            await swarm.AddNodeAsync("node-2", NodeRole.Manager),
            await swarm.AddNodeAsync("node-3", NodeRole.Manager),
        ];
        swarm.Self = nodes[0].Id;
        swarm.Lead(nodes[1], nodes[0], nodes[2]);
        await swarm.WriteAsync(transaction => transaction.Create(new Network
        {
            Id = new NetworkId("network-1"),
            Spec = new NetworkSpec { Name = "shop_front", Labels = default(ValueDictionary<string>).With(StackLabel, "shop") },
            Ipam = new IpamOptions { Configs = [new IpamConfig("10.0.3.0/24")] },
        }));
        List<SwarmTask> tasks = [];
        (string Name, string Image, int Replicas, string? Stack)[] services =
        [
            ("shop_web", "registry.test/shop/web:1.5", 6, "shop"),
            ("shop_api", "registry.test/shop/api:2.0", 4, "shop"),
            ("shop_db", "postgres:17", 1, "shop"),
            ("mail_smtp", "postfix:3.9", 2, "mail"),
            ("mail_queue", "redis:7.4-alpine", 2, "mail"),
            ("metrics", "prom/prometheus:v3.1", 1, null),
            ("agent", "node-agent:0.9", 3, null),
        ];
        var number = 0;
        foreach (var (name, image, replicas, stack) in services)
        {
            var service = await swarm.AddServiceAsync(name, replicas, image);
            await swarm.WriteAsync(transaction =>
            {
                var current = transaction.Services.Find(service.Id.Value)!;
                transaction.Update(current with
                {
                    Spec = current.Spec with
                    {
                        Labels = stack is null ? default : default(ValueDictionary<string>).With(StackLabel, stack),
                        Endpoint = name == "shop_web" ? new() { Ports = [new(8080, 80)] } : null,
                        TaskTemplate = current.Spec.TaskTemplate with
                        {
                            Networks = stack == "shop" ? [new() { Target = "network-1" }] : default,
                        },
                    },
                    RolloutStatus = name == "shop_web"
                        ? new(RolloutState.Updating, TimeProvider.System.GetUtcNow(), null, "update in progress")
                        : null,
                    SpecVersion = name == "shop_web" ? new ObjectVersion(7) : default,
                });
            });
            service = swarm.Live.Current.Services.Find(service.Id.Value)!;
            for (var slot = 1; slot <= replicas; slot++)
            {
                var state = (name, slot) switch
                {
                    ("shop_web", 5) => TaskState.Starting,
                    ("shop_web", 6) => TaskState.Pending,
                    ("shop_api", 4) => TaskState.Failed,
                    _ => TaskState.Running,
                };
                var task = swarm.NewTask(service, slot, state == TaskState.Pending ? null : nodes[number++ % 3], state) with
                {
                    Status = new()
                    {
                        State = state,
                        Timestamp = TimeProvider.System.GetUtcNow().AddMinutes(-3 - (slot * 7)),
                        Error = state switch
                        {
                            TaskState.Pending => "no suitable node (insufficient resources on 3 nodes)",
                            TaskState.Failed => "task: non-zero exit (137)",
                            _ => "",
                        },
                    },
                    SpecVersion = name == "shop_web" && slot > 4 ? default : service.SpecVersion,
                };
                if (state == TaskState.Failed)
                {
                    task = task with { DesiredState = TaskState.Shutdown };
                }

                await swarm.WriteAsync(transaction => transaction.Create(task));
                tasks.Add(task);
            }
        }

        return (swarm, tasks);
    }

    /// <summary>A hundred nodes with twenty tasks each, of forty services.</summary>
    public static async Task<(FakeSwarm Swarm, IReadOnlyList<SwarmTask> Tasks)> LargeAsync()
    {
        const int nodes = 100;
        const int tasksOfNode = 20;
        const int services = 40;
        var swarm = new FakeSwarm();
        List<Node> all = [];
        for (var i = 1; i <= nodes; i++)
        {
            all.Add(await swarm.AddNodeAsync(
                $"rack{1 + (i / 26)}-{i:000}",
                i <= 5 ? NodeRole.Manager : NodeRole.Worker,
                i == 42 ? NodeState.Down : NodeState.Ready));
        }

        swarm.Lead(all[2], all[0], all[1], all[3], all[4]);
        List<Service> made = [];
        for (var i = 0; i < services; i++)
        {
            made.Add(await swarm.AddServiceAsync($"service-{i:00}", nodes * tasksOfNode / services));
        }

        List<SwarmTask> tasks = [];
        for (var i = 0; i < nodes * tasksOfNode; i++)
        {
            var node = all[i % nodes];
            var state = i % 97 == 5 ? TaskState.Failed : i % 53 == 7 ? TaskState.Starting : TaskState.Running;
            tasks.Add(swarm.NewTask(made[i * 7 / 3 % services], 1 + (i / services), node, state) with
            {
                Slot = i + 1,
            });
        }

        await swarm.Live.BatchAsync(tasks, (transaction, task) => transaction.Create(task));
        return (swarm, tasks);
    }
}
