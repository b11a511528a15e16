using StackDeploy;
using Swarm;
using Swarm.Compose;

// Deploys compose files through the library, as "docker stack deploy" does, and again after a change. Nothing really
// runs: the executor in memory only pretends, so that this works on any machine.
//   dotnet run --project samples/StackDeploy [FILE…]
var folder = AppContext.BaseDirectory;
string[] files = args.Length > 0 ? args : [Path.Combine(folder, "shop.yml")];

var state = Directory.CreateTempSubdirectory("swarm-stack-").FullName;
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Configuration["Swarm:ListenAddress"] ??= "127.0.0.1:23772";
builder.Services
    .AddSwarmManager(options => options.DataDirectory = state)
    .UseInMemoryExecutor();
using var host = builder.Build();
await host.StartAsync();
var swarm = host.Services.GetRequiredService<ISwarmClient>();

try
{
    await DeployAsync(files, version: "1");

    // The second file overrides the first one; only what differs is written.
    string[] overrides = args.Length > 0 ? [] : [Path.Combine(folder, "shop.prod.yml")];
    await DeployAsync([.. files, .. overrides], version: "2");
    return 0;
}
catch (StackFileException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
finally
{
    await host.StopAsync();
    Directory.Delete(state, recursive: true);
}

async Task DeployAsync(string[] paths, string version)
{
    var stack = await StackFile.LoadAsync("shop", paths, new StackLoadOptions
    {
        Environment = new Dictionary<string, string> { ["VERSION"] = version },
    });
    foreach (var diagnostic in stack.Diagnostics)
    {
        Console.WriteLine(diagnostic);
    }

    var done = await swarm.DeployStackAsync(stack, new StackDeployOptions { Prune = true, Progress = new Steps() });
    Console.WriteLine(
        $"version {version}: {done.Created.Count} created, {done.Updated.Count} updated, "
        + $"{done.Unchanged.Count} unchanged, {done.Removed.Count} removed\n");
}
