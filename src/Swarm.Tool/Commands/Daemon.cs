using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Swarm.Docker;
using Swarm.Execution;
using Swarm.Hosting;
using Swarm.Secrets;

namespace Swarm.Tool.Commands;

/// <summary>Composes the daemon's host. Standard output carries nothing but <c>ready</c>; logs go to standard error.</summary>
internal static class Daemon
{
    public static async Task RunAsync(DaemonSettings settings, CancellationToken cancellationToken)
    {
        using var host = Build(settings, logging =>
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            });
            logging.Services.Configure<ConsoleLoggerOptions>(console =>
                console.LogToStandardErrorThreshold = LogLevel.Trace);
        });
        if (!CoreDumps.TryForbid())
        {
            await Console.Error.WriteLineAsync(
                "warning: core dumps of this process could not be forbidden; one would contain keys and secrets");
        }

        await host.StartAsync(cancellationToken);
        await Console.Out.WriteLineAsync("ready");
        await host.WaitForShutdownAsync(cancellationToken);
    }

    /// <summary>A host that is a daemon once it is started.</summary>
    public static IHost Build(
        DaemonSettings settings, Action<ILoggingBuilder> log, Action<ProcessExecutorOptions>? processes = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        log(builder.Logging);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);

        // A start that fails is reported in one line by the command itself.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        Configure(builder.Services, settings, processes);
        return builder.Build();
    }

    private static void Configure(
        IServiceCollection services, DaemonSettings settings, Action<ProcessExecutorOptions>? processes)
    {
        var swarm = services.AddSwarmManager(options =>
        {
            options.InitializeOnStart = settings.Initialize;
            options.NodeName = settings.Hostname;
            options.DataDirectory = settings.State;
            options.ListenAddress = settings.Listen;
            options.AdvertiseAddress = settings.Advertise;
            options.StopTasksOnShutdown = !settings.KeepTasks;
            options.Dataplane = settings.Dataplane switch
            {
                "nftables" => MeshDataplane.Nftables,
                "ipvs" => MeshDataplane.Ipvs,
                _ => MeshDataplane.Userspace,
            };
            options.Overlay = settings.Overlay;
            options.SecretStorage = settings.Secrets == "plain" ? SecretStorage.Plain : SecretStorage.Sealed;
            foreach (var label in settings.Labels)
            {
                var (key, value) = (label[..label.IndexOf('=')], label[(label.IndexOf('=') + 1)..]);
                options.EngineLabels[key] = value;
            }
        });
        swarm = settings.Executor switch
        {
            "memory" => swarm.UseInMemoryExecutor(),
            "docker" => swarm.UseDockerExecutor(docker =>
                docker.Endpoint = settings.Engine ?? DockerExecutorOptions.DefaultEndpoint),
            _ => swarm.UseProcessExecutor(processes),
        };
        swarm.AddDockerApi(api =>
        {
            foreach (var endpoint in settings.Api)
            {
                api.Endpoints.Add(endpoint);
            }
        });
        if (settings.MetricsAddress is { } metrics)
        {
            swarm.AddMetricsEndpoint(metrics);
        }

        if (settings.Dashboard != "off")
        {
            services.AddSwarmDashboard(dashboard =>
            {
                dashboard.Endpoint = settings.Dashboard;
                dashboard.AllowActions = settings.DashboardActions;
            });
        }
    }
}
