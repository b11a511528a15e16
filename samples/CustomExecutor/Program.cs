using CustomExecutor;

// A worker of an existing swarm, of Docker's or of ours, whose tasks are methods of this program.
//   dotnet run --project samples/CustomExecutor -- 10.0.0.1:2377 SWMTKN-1-… [directory]
if (args is not [var manager, var token, ..])
{
    Console.Error.WriteLine("usage: CustomExecutor MANAGER:PORT TOKEN [DIRECTORY]");
    return 2;
}

var bodies = new Dictionary<string, Func<CancellationToken, Task>>(StringComparer.Ordinal)
{
    ["greeter:1"] = async stop =>
    {
        Console.WriteLine("greeter: hello");
        await Task.Delay(Timeout.Infinite, stop);
    },
    ["counter:1"] = _ => Task.CompletedTask,
};

var builder = Host.CreateApplicationBuilder();
builder.Services
    .AddSingleton<DelegateExecutor>(_ => new DelegateExecutor(bodies))
    .AddSwarmWorker(options =>
    {
        options.NodeName = "delegates";
        options.JoinAddress = manager;
        options.JoinToken = token;
        options.DataDirectory = args.Length > 2 ? args[2] : "swarm-data";
    })
    .UseExecutor<DelegateExecutor>();
await builder.Build().RunAsync();
return 0;
