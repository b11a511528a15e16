using Spectre.Console;
using Spectre.Console.Rendering;
using Swarm;

namespace Quickstart;

/// <summary>Shows the tasks of a service as they come up.</summary>
internal static class LiveTable
{
    private const int BarWidth = 40;

    /// <summary>Follows the service until it has been as wanted for its monitor period.</summary>
    public static async Task ShowUntilConvergedAsync(ISwarmClient swarm, ServiceId service)
    {
        if (Console.IsOutputRedirected)
        {
            await PrintUntilConvergedAsync(swarm, service);
            return;
        }

        var nodes = await NodeNamesAsync(swarm);
        await AnsiConsole.Live(new Text("")).StartAsync(async live =>
        {
            using var done = new CancellationTokenSource();
            var latest = new ServiceProgress(0, 0, Converged: false, RolloutState.Unknown);
            var redraw = RedrawAsync(done.Token);
            await foreach (var progress in swarm.Services.WaitUntilConvergedAsync(service))
            {
                latest = progress;
            }

            await done.CancelAsync();
            await redraw;
            live.UpdateTarget(await DrawAsync());

            async Task RedrawAsync(CancellationToken stop)
            {
                while (!stop.IsCancellationRequested)
                {
                    live.UpdateTarget(await DrawAsync());
                    await Task.Delay(100, stop).ContinueWith(_ => { }, TaskScheduler.Default);
                }
            }

            async Task<IRenderable> DrawAsync() =>
                new Rows(TableOf(await Tasks.CurrentAsync(swarm, service), nodes), BarOf(latest));
        });
    }

    // Into a file or a pipe goes one line per change; a picture redrawn in place would only be noise there.
    private static async Task PrintUntilConvergedAsync(ISwarmClient swarm, ServiceId service)
    {
        await foreach (var progress in swarm.Services.WaitUntilConvergedAsync(service))
        {
            Console.WriteLine($"{progress.Running} of {progress.Desired} run{(progress.Converged ? ", converged" : "")}");
        }
    }

    private static Table TableOf(IReadOnlyList<SwarmTask> tasks, IReadOnlyDictionary<NodeId, string> nodes)
    {
        var table = new Table().AddColumns("Task", "Node", "State", "Process", "Port");
        foreach (var task in tasks)
        {
            table.AddRow(
                Tasks.Label(task),
                nodes.GetValueOrDefault(task.NodeId, ""),
                task.Status.State.ToString(),
                task.Status.Container is { Pid: > 0 } process ? $"{process.Pid}" : "",
                task.Status.Ports is [var port, ..] ? $"{port.PublishedPort}" : "");
        }

        return table;
    }

    private static async Task<IReadOnlyDictionary<NodeId, string>> NodeNamesAsync(ISwarmClient swarm)
    {
        var names = new Dictionary<NodeId, string>();
        await foreach (var node in swarm.Nodes.ListAsync())
        {
            names[node.Id] = node.Description?.Hostname ?? node.Id.Value;
        }

        return names;
    }

    private static Markup BarOf(ServiceProgress progress)
    {
        var filled = progress.Desired == 0 ? 0 : (int)(BarWidth * progress.Running / progress.Desired);
        var state = progress.Converged ? "[green]converged[/]" : "converging";
        return new Markup(
            $"[green]{new string('#', filled)}[/]{new string('-', BarWidth - filled)} {progress.Running} of {progress.Desired} run, {state}");
    }
}
