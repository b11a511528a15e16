using System.CommandLine;
using System.Globalization;
using Swarm.Testing;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm sim</c>: plays one history of a whole swarm, by a seed, and tells it.</summary>
internal static class SimCommand
{
    private const int MostManagers = 7;
    private const int MostWorkers = 50;
    private const int MostSteps = 1000;

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "What everything that is left to chance comes from: equal seeds give equal histories.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Managers = Count(
        "--managers", 3, 1, MostManagers, "Managers; they run tasks, too.");
    private static readonly Option<int> Workers = Count("--workers", 2, 0, MostWorkers, "Workers.");
    private static readonly Option<int> Steps = Count("--steps", 20, 0, MostSteps, "Things that users do and accidents that happen.");

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command(
            "sim",
            "Plays a history of a swarm under virtual time: services come and change, machines crash, the network is "
            + "cut. Ends with 0 when nothing was ever as it must not be, and all was well in the end.")
        {
            Seed, Managers, Workers, Steps, json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed, parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, bool json)
    {
        var output = parsed.InvocationConfiguration.Output;
        var options = new SwarmTestClusterOptions
        {
            Seed = parsed.GetValue(Seed),
            Managers = parsed.GetValue(Managers),
            Workers = parsed.GetValue(Workers),
            ReplayCommand = string.Create(
                CultureInfo.InvariantCulture,
                $"swarm sim --seed {parsed.GetValue(Seed)} --managers {parsed.GetValue(Managers)} "
                + $"--workers {parsed.GetValue(Workers)} --steps {parsed.GetValue(Steps)}"),
        };
        try
        {
            await using var cluster = await SwarmTestCluster.StartAsync(options);
            var start = cluster.Now;
            await new SimulatedHistory(cluster, Tell).PlayAsync(parsed.GetValue(Steps));
            Tell(cluster.Now - start, "verdict", "as it should be: every service runs, and no law was broken on the way");
            return ExitCode.Success;
        }
        catch (SwarmTestException exception)
        {
            Tell(TimeSpan.Zero, "verdict", exception.Message);
            return ExitCode.Failure;
        }

        void Tell(TimeSpan at, string kind, string text) => output.Write((json
            ? OneDocument.Write(
                ("Time", at.ToString("c", CultureInfo.InvariantCulture)), ("Kind", kind), ("Text", text))
            : kind == "verdict" ? text : $@"{at:hh\:mm\:ss\.fff}  {text}") + "\n");
    }

    private static Option<int> Count(string name, int value, int least, int most, string description)
    {
        var option = new Option<int>(name)
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"{description} {least} to {most}."),
            DefaultValueFactory = _ => value,
        };
        option.Validators.Add(result =>
        {
            // What is no number is refused by the parser itself.
            if (result.Tokens is [var token]
                && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var given)
                && (given < least || given > most))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {given} must be {least} to {most}"));
            }
        });
        return option;
    }
}
