using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>
/// <c>swarm wait</c>: until services run as asked for. An update that paused or was rolled back is a failure, and the
/// failed task's words are the reason.
/// </summary>
internal static class WaitCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("SERVICE")
        {
            Description = "Names or ids of services.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var stack = new Option<string?>("--stack") { Description = "All services of this stack." };
        var timeout = DurationOption.Create("--timeout", "How long to wait, such as 90s or 5m. Default: for ever.");
        var stable = CommonOptions.Stable();
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command(
            "wait",
            "Waits until services have converged: all tasks up to date, running for the monitor period, no update under "
            + $"way. Ends with {ExitCode.Failure} when an update was paused or rolled back or a job failed, and with "
            + $"{ExitCode.Timeout} when time is up.")
        {
            names, stack, timeout, stable, host, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(names) is not [_, ..] && string.IsNullOrEmpty(result.GetValue(stack)))
            {
                result.AddError("Name a service, or a stack with --stack.");
            }
        });
        Verb.Set(command, host, json, async (verb, parsed, cancellationToken) =>
        {
            var services = (parsed.GetValue(names) ?? []).ToList();
            if (parsed.GetValue(stack) is { Length: > 0 } of)
            {
                services.AddRange(await StackAsync(verb, of, cancellationToken));
            }

            return await RunAsync(
                verb, services, parsed.GetValue(timeout), parsed.GetValue(stable), cancellationToken);
        });
        return command;
    }

    /// <summary>The services of a stack.</summary>
    /// <exception cref="StackCommandException">It has none.</exception>
    public static async Task<List<string>> StackAsync(Verb verb, string stack, CancellationToken cancellationToken)
    {
        var services = await new StackObjects(verb.Client, stack).ServicesAsync(cancellationToken);
        return services.Count > 0
            ? [.. services.Select(service => service.TextAt("Spec", "Name")).Order(StringComparer.Ordinal)]
            : throw new StackCommandException($"nothing found in stack: {stack}");
    }

    /// <summary>Waits for services side by side.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        Verb verb,
        List<string> services,
        TimeSpan? timeout,
        TimeSpan? stable,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout is { } span)
        {
            limit.CancelAfter(span);
        }

        var outcomes = await Task.WhenAll(services.Select(service =>
            FollowAsync(verb, service, stable, limit.Token, cancellationToken)));
        return outcomes.Max() switch
        {
            Outcome.Converged => ExitCode.Success,
            Outcome.TimedOut => ExitCode.Timeout,
            _ => ExitCode.Failure,
        };
    }

    private static async Task<Outcome> FollowAsync(
        Verb verb,
        string service,
        TimeSpan? stable,
        CancellationToken limit,
        CancellationToken cancellationToken)
    {
        var last = default(JsonElement);
        var path = $"/swarm/wait/{Uri.EscapeDataString(service)}" + (stable is { } period
            ? string.Create(CultureInfo.InvariantCulture, $"?stable={period.TotalSeconds}")
            : "");
        try
        {
            await foreach (var line in verb.Client.StreamAsync(path, limit))
            {
                last = line;
                if (!verb.IsJson && line.TextAt("Error").Length == 0)
                {
                    verb.Line(Progress(service, line));
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested
            && !cancellationToken.IsCancellationRequested)
        {
            var why = await verb.Client.GetAsync($"/swarm/explain/{Uri.EscapeDataString(service)}", cancellationToken);
            return Tell(verb, service, last, Outcome.TimedOut, $"not in time: {why.TextAt("Text")}");
        }

        return last.At("Converged").ValueKind == JsonValueKind.True
            ? Tell(verb, service, last, Outcome.Converged, "")
            : Tell(
                verb,
                service,
                last,
                Outcome.Failed,
                last.TextAt("Error") is { Length: > 0 } error ? error : "the daemon ended the wait");
    }

    private static string Progress(string service, JsonElement line)
    {
        var counts = string.Create(
            CultureInfo.InvariantCulture,
            $"{service}: {line.NumberAt("Running")} of {line.NumberAt("Desired")} tasks");
        return line.At("Converged").ValueKind == JsonValueKind.True ? $"{counts}, converged" : counts;
    }

    private static Outcome Tell(Verb verb, string service, JsonElement last, Outcome outcome, string error)
    {
        if (verb.IsJson)
        {
            verb.Line(Result(service, last, outcome, error));
        }
        else if (error.Length > 0)
        {
            verb.Notice($"swarm wait: {service}: {error}");
        }

        return outcome;
    }

    private static string Result(string service, JsonElement last, Outcome outcome, string error)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("Service", service);
            json.WriteString("Outcome", outcome switch
            {
                Outcome.Converged => "converged",
                Outcome.TimedOut => "timeout",
                _ => "failed",
            });
            json.WriteNumber("Running", last.NumberAt("Running"));
            json.WriteNumber("Desired", last.NumberAt("Desired"));
            json.WriteString("UpdateState", last.TextAt("UpdateState"));
            json.WriteString("Error", error);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    // The worst of several decides: a failure is known for good, and what is not in time may yet come.
    private enum Outcome
    {
        Converged = 0,
        TimedOut = 1,
        Failed = 2,
    }
}
