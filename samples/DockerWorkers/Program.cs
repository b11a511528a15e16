using Swarm;

// A manager of ours in a .NET program, and unmodified Docker Engines as its workers.
//   dotnet run --project samples/DockerWorkers -- 10.0.0.5        # an address of this machine that engines reach
// Run the line that it prints on any machine with Docker 20.10 or newer; "docker swarm leave" ends it again.
if (args is not [var address, ..])
{
    Console.Error.WriteLine("usage: DockerWorkers ADDRESS[:PORT] [DIRECTORY]");
    return 2;
}

var state = args.Length > 1 ? args[1] : "swarm-data";
var endpoint = address.Contains(':', StringComparison.Ordinal) ? address : $"{address}:2377";
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services
    .AddSwarmManager(options =>
    {
        options.DataDirectory = state;
        options.ListenAddress = endpoint;
        options.RunTasks = false;
    })
    .AddDockerApi(api => api.Endpoints.Add($"unix://{Path.GetFullPath(state)}/docker.sock"));
using var host = builder.Build();
await host.StartAsync();

var swarm = host.Services.GetRequiredService<ISwarmClient>();
var cluster = await swarm.Cluster.GetAsync();
Console.WriteLine("To add a Docker Engine, run there:");
Console.WriteLine($"  docker swarm join --token {cluster.RootCa.WorkerJoinToken} {endpoint}");
Console.WriteLine($"To look at the swarm: docker -H unix://{Path.GetFullPath(state)}/docker.sock node ls");

// One task on every engine that comes, and the news of those tasks.
if (!await swarm.Services.ListAsync().AnyAsync(service => service.Spec.Name == "hello"))
{
    await swarm.Services.CreateAsync(new ServiceSpec
    {
        Name = "hello",
        Mode = new GlobalMode(),
        TaskTemplate = new TaskSpec
        {
            Workload = new ContainerSpec { Image = "busybox", Command = ["sleep", "1000000"] },
            Placement = new Placement { Constraints = ["node.role == worker"] },
        },
    });
}

var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
try
{
    await foreach (var change in swarm.WatchAsync(new WatchFilter(ObjectKind.Task), stopping))
    {
        // Much else of a task changes; only what its user sees is news.
        var before = (change.Previous as SwarmTask)?.Status;
        if (change.Current is SwarmTask task
            && change.Change != ChangeKind.Removed
            && (before?.State != task.Status.State || before.Error != task.Status.Error))
        {
            Console.WriteLine($"{task.Name} on {task.NodeId}: {task.Status.State} {task.Status.Error}");
        }
    }
}
catch (OperationCanceledException)
{
    // Ctrl+C.
}

await host.StopAsync();
return 0;
