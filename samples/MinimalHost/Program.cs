using Swarm;

// A web application that is a whole swarm: manager, worker, Docker API and dashboard in one process.
//   dotnet run --project samples/MinimalHost
// Then, from another terminal, with the address that it prints:
//   docker -H unix:///tmp/…/docker.sock service scale web=5
// and in the browser http://127.0.0.1:5081/swarm/. Ctrl+C stops the tasks and the swarm.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:5081");

// Settings of the swarm come from the section Swarm of the configuration, too. Docker's own port is 2377.
builder.Configuration["Swarm:ListenAddress"] ??= "127.0.0.1:23771";
var state = Directory.CreateTempSubdirectory("swarm-minimal-").FullName;
builder.Services
    .AddSwarmManager(options => options.DataDirectory = state)
    .UseProcessExecutor()
    .AddDockerApi(api => api.Endpoints.Add($"unix://{state}/docker.sock"));

var app = builder.Build();
app.MapSwarmDashboard();
await app.StartAsync();

// The image "host" is the machine itself: tasks are its own programs.
var swarm = app.Services.GetRequiredService<ISwarmClient>();
var web = await swarm.Services.CreateAsync(new ServiceSpec
{
    Name = "web",
    Mode = new ReplicatedMode(3),
    TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "host", Command = ["sleep", "1000"] } },
});

await foreach (var progress in swarm.Services.WaitUntilConvergedAsync(web.Id))
{
    Console.WriteLine($"{progress.Running} of {progress.Desired} run");
}

Console.WriteLine($"The swarm is up: {app.Urls.First()}/swarm/");
Console.WriteLine($"docker -H unix://{state}/docker.sock service ps web");
await app.WaitForShutdownAsync();
Directory.Delete(state, recursive: true);
