using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Swarm.Execution;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Tests;

/// <summary>A swarm of one node that pretends to run tasks, and the tool pointed at its API.</summary>
internal sealed class ToolUnderTest : IAsyncDisposable
{
    private static int _hosts;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-tool-");
    private readonly IHost _host;

    private ToolUnderTest(Action<InMemoryExecutor> script)
    {
        var number = Interlocked.Increment(ref _hosts);
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["Swarm:DataDirectory"] = Path.Combine(_folder.FullName, "data");
        builder.Configuration["Swarm:ListenAddress"] = $"127.{20 + (Environment.ProcessId % 200)}.9.{number}:2377";
        builder.Configuration["Swarm:AdvertiseAddress"] = "127.0.0.1";
        builder.Configuration["Swarm:NodeName"] = "node-1";
        builder.Services
            .AddSwarmManager()
            .UseInMemoryExecutor(script)
            .AddDockerApi(api => api.Endpoints.Add(Endpoint));
        _host = builder.Build();
    }

    /// <summary>Address of the API.</summary>
    public string Endpoint => $"unix://{_folder.FullName}/docker.sock";

    public ISwarmClient Client => _host.Services.GetRequiredService<ISwarmClient>();

    public static async Task<ToolUnderTest> StartAsync(Action<InMemoryExecutor>? script = null)
    {
        var tool = new ToolUnderTest(script ?? (_ => { }));
        await tool._host.StartAsync();
        return tool;
    }

    public static ServiceSpec Spec(string name, long replicas = 1, string image = "good:1") => new()
    {
        Name = name,
        Mode = new ReplicatedMode(replicas),
        TaskTemplate = new TaskSpec
        {
            Workload = new ContainerSpec { Image = image, StopGracePeriod = TimeSpan.FromSeconds(1) },
            Restart = new RestartPolicy { Condition = RestartCondition.None },
        },
        Update = new UpdatePolicy { Monitor = TimeSpan.FromMilliseconds(100) },
        Rollback = new UpdatePolicy { Monitor = TimeSpan.FromMilliseconds(100) },
    };

    /// <summary>Runs a command with the address of the daemon behind it.</summary>
    public Task<ToolResult> RunAsync(params string[] arguments) =>
        RunAloneAsync([.. arguments, "--host", Endpoint]);

    /// <summary>Runs a command as it stands.</summary>
    public static async Task<ToolResult> RunAloneAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = null,
        };
        var code = await ToolProgram.RunAsync(arguments, configuration);
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command of <c>swarm stack</c>.</summary>
    public async Task<ToolResult> StackAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var shell = new StackShell
        {
            Output = output,
            Error = error,
            Input = Stream.Null,
            Environment = new Dictionary<string, string>(),
            WorkingDirectory = _folder.FullName,
            OpenClient = () => new DockerClient(Endpoint),
        };
        var code = await StackProgram.RunAsync(arguments, shell, CancellationToken.None);
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Writes a file next to the swarm.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    public async Task ConvergeAsync(ServiceId service)
    {
        await foreach (var _ in Client.Services.WaitUntilConvergedAsync(service))
        {
            // Until there is no more.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>How a command ended.</summary>
internal sealed record ToolResult(int Code, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
