using Spectre.Console;
using Swarm;
using Swarm.Execution;

namespace Quickstart;

/// <summary>An ordinary web application that is also a swarm of two nodes.</summary>
internal static class QuickstartHost
{
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:5080");

        // Not the usual port: a Docker swarm on this machine may have that one.
        builder.Configuration["Swarm:ListenAddress"] ??= "127.0.0.1:23770";
        var state = Directory.CreateTempSubdirectory("swarm-quickstart-").FullName;
        var socket = $"unix://{state}/docker.sock";
        builder.Services
            .AddSwarmManager(options =>
            {
                options.NodeName = "manager-1";
                options.DataDirectory = state;
            })
            .UseProcessExecutor(AddImages)
            .AddDockerApi(api => api.Endpoints.Add(socket));
        builder.Services
            .AddSwarmWorker(options => options.NodeName = "worker-1")
            .UseProcessExecutor(AddImages);

        var app = builder.Build();
        var swarm = app.Services.GetRequiredService<ISwarmClient>();
        app.MapPost("/kill", async () => await Tasks.KillOneAsync(swarm));
        app.MapSwarmDashboard();
        await app.StartAsync();

        AnsiConsole.MarkupLine("[bold]A swarm of two nodes runs in this process.[/]");
        var service = await swarm.Services.CreateAsync(Hello());
        await LiveTable.ShowUntilConvergedAsync(swarm, service.Id);
        Console.WriteLine($"\nLook at it in the browser: {app.Urls.First()}/swarm/");
        Console.WriteLine("or with the docker command, from another terminal:");
        Console.WriteLine($"  docker -H {socket} service ls");
        Console.WriteLine($"  docker -H {socket} service ps hello");
        Console.WriteLine($"  docker -H {socket} service scale hello=5");
        Console.WriteLine($"  curl -X POST {app.Urls.First()}/kill      # kills one task");
        await Keyboard.RunAsync(swarm, service.Id, app);

        Directory.Delete(state, recursive: true);
    }

    // The image `hello` is this very program with other arguments.
    private static void AddImages(ProcessExecutorOptions options) => options.Images.Add("hello:1", new ProcessImage
    {
        Executable = Environment.ProcessPath!,
        Arguments = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            ? [typeof(QuickstartHost).Assembly.Location, "serve"]
            : ["serve"],
    });

    private static ServiceSpec Hello() => new()
    {
        Name = "hello",
        Mode = new ReplicatedMode(3),
        TaskTemplate = new TaskSpec
        {
            Workload = new ContainerSpec
            {
                Image = "hello:1",
                Environment = [new("TASK_NAME", "{{.Service.Name}}.{{.Task.Slot}} on {{.Node.Hostname}}")],
            },
            Restart = new RestartPolicy { Delay = TimeSpan.FromSeconds(1) },
        },
        Endpoint = new EndpointSpec { Ports = [new PortPublication(TargetPort: 80, Mode: PublishMode.Host)] },
    };
}
