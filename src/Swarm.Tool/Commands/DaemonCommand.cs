using System.CommandLine;
using Microsoft.Extensions.Options;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm daemon</c>: a node that the docker command drives, as it drives a Docker Engine.</summary>
internal static class DaemonCommand
{
    private static readonly Option<string[]> Api = new("--api")
    {
        Description = "Address of the Docker-compatible API: unix:///path.sock or tcp://127.0.0.1:N. Repeatable.",
        Required = true,
    };

    private static readonly Option<string> State = new("--state")
    {
        Description = "Directory for all state of this node.",
        DefaultValueFactory = _ => "swarm-data",
    };

    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "Address of the swarm port, as IP:PORT; port 0 means a free one.",
        DefaultValueFactory = _ => "0.0.0.0:2377",
    };

    private static readonly Option<string?> Advertise = new("--advertise")
    {
        Description = "Address other nodes reach this one at, as IP[:PORT].",
    };

    private static readonly Option<string> Executor = new("--executor")
    {
        Description = "What runs tasks: process, docker or memory.",
        DefaultValueFactory = _ => "process",
    };

    private static readonly Option<string?> Engine = new("--engine")
    {
        Description = "Docker Engine for --executor docker, as unix:///path.sock or tcp://host:port; default unix:///var/run/docker.sock.",
    };

    private static readonly Option<string?> Hostname = new("--hostname")
    {
        Description = "Host name under which the node shows up.",
    };

    private static readonly Option<string[]> Label = new("--label")
    {
        Description = "Engine label, as key=value. Repeatable.",
    };

    private static readonly Option<string> Dashboard = new("--dashboard")
    {
        Description = "Address of the dashboard, as http://127.0.0.1:N, or off. It answers this machine only.",
        DefaultValueFactory = _ => "off",
    };

    private static readonly Option<bool> DashboardActions = new("--dashboard-actions")
    {
        Description = "Let the dashboard change services and nodes; otherwise it only shows.",
    };

    private static readonly Option<string?> MetricsAddress = new("--metrics-addr")
    {
        Description = "Serve metrics for Prometheus at IP:PORT, under /metrics.",
    };

    private static readonly Option<string> Secrets = new("--secrets")
    {
        Description = "How values of secrets are stored: sealed, or plain beside Docker's own managers.",
        DefaultValueFactory = _ => "sealed",
    };

    private static readonly Option<string> Dataplane = new("--dataplane")
    {
        Description = "What answers published ports: userspace, or nftables or ipvs (as root).",
        DefaultValueFactory = _ => "userspace",
    };

    private static readonly Option<bool> Overlay = new("--overlay")
    {
        Description = "Give processes their addresses of overlay networks, over VXLAN (as root).",
    };

    private static readonly Option<bool> KeepTasks = new("--keep-tasks")
    {
        Description = "Let tasks run on when the daemon stops; the next one of the same --state takes them over.",
    };

    public static Command Create()
    {
        var command = new Command("daemon", "Runs a node until SIGTERM.")
        {
            Api, State, Listen, Advertise, Executor, Engine, Hostname, Label, Dashboard, DashboardActions,
            MetricsAddress, Secrets, KeepTasks, Dataplane, Overlay,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(Read(parsed), cancellationToken));
        return command;
    }

    private static DaemonSettings Read(ParseResult parsed) => new(
        parsed.GetValue(Api)!,
        parsed.GetValue(State)!,
        parsed.GetValue(Listen)!,
        parsed.GetValue(Advertise),
        parsed.GetValue(Executor)!,
        parsed.GetValue(Engine),
        parsed.GetValue(Hostname),
        parsed.GetValue(Label) ?? [],
        parsed.GetValue(Dashboard)!,
        parsed.GetValue(DashboardActions),
        parsed.GetValue(MetricsAddress),
        parsed.GetValue(Secrets)!,
        parsed.GetValue(KeepTasks),
        parsed.GetValue(Dataplane)!,
        parsed.GetValue(Overlay));

    private static async Task<int> RunAsync(DaemonSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Fault() is { } fault)
        {
            return await FailAsync([fault]);
        }

        try
        {
            await Daemon.RunAsync(settings, cancellationToken);
            return ExitCode.Success;
        }
        catch (OptionsValidationException exception)
        {
            return await FailAsync(exception.Failures);
        }
        catch (Exception exception) when (exception is IOException or SwarmException
            or UnauthorizedAccessException or FormatException)
        {
            return await FailAsync([exception.Message]);
        }
    }

    private static async Task<int> FailAsync(IEnumerable<string> reasons)
    {
        foreach (var reason in reasons)
        {
            await Console.Error.WriteLineAsync($"swarm daemon: {reason}");
        }

        return ExitCode.Failure;
    }
}
