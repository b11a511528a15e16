using System.CommandLine;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm top</c>: nodes, services, and the tasks that are not as they should be, as they change.</summary>
internal static class TopCommand
{
    private const string ClearScreen = "\e[H\e[2J\e[3J";

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Print the state of this moment and end." };
        var interval = DurationOption.Create("--interval", "Time between two looks. Default: 2s.");
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command(
            "top",
            "Shows nodes, services and the tasks that are not as they should be, and goes on doing so. On a terminal the "
            + "table is redrawn in place; elsewhere one table follows the other.")
        {
            once, interval, host, json,
        };
        Verb.Set(command, host, json, async (verb, parsed, cancellationToken) =>
        {
            var isTerminal = ReferenceEquals(verb.Output, Console.Out) && !Console.IsOutputRedirected;
            while (true)
            {
                var snapshot = await TopSnapshot.ReadAsync(verb.Client, cancellationToken);
                var text = verb.IsJson
                    ? snapshot.ToJson()
                    : snapshot.ToText(TimeProvider.System, isTerminal ? Console.WindowHeight : int.MaxValue);
                if (parsed.GetValue(once))
                {
                    verb.Write(text);
                    return ExitCode.Success;
                }

                verb.Write(isTerminal && !verb.IsJson ? ClearScreen + text : text + (verb.IsJson ? "" : "\n"));
                await verb.Output.FlushAsync(cancellationToken);
                await Task.Delay(parsed.GetValue(interval) ?? DefaultInterval, TimeProvider.System, cancellationToken);
            }
        });
        return command;
    }
}
