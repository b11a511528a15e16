using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm explain</c>: why a task or a service does not run.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var reference = new Argument<string>("SERVICE|TASK")
        {
            Description = "Name or id of a service, or id (or the beginning of one) of a task.",
        };
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command(
            "explain",
            "Says why a task or the tasks of a service do not run: what they wait for, and how the last ones failed.")
        {
            reference, host, json,
        };
        Verb.Set(command, host, json, async (verb, parsed, cancellationToken) =>
        {
            var name = Uri.EscapeDataString(parsed.GetValue(reference)!);
            var answer = await verb.Client.GetAsync($"/swarm/explain/{name}", cancellationToken);
            verb.Write(verb.IsJson ? answer.GetRawText() + "\n" : Format(answer));
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The same for people.</summary>
    public static string Format(JsonElement answer)
    {
        var text = $"{answer.TextAt("Name")}: {answer.TextAt("Text")}\n";
        if (answer.At("Task") is { ValueKind: JsonValueKind.Object } task)
        {
            return text + Table.Format([Header, Row(task)]);
        }

        var service = answer.At("Service");
        text += Section("waiting", service.At("Waiting"));
        if (service.NumberAt("More") is > 0 and var more)
        {
            text += string.Create(CultureInfo.InvariantCulture, $"and {more} more\n");
        }

        return text + Section("failed", service.At("Failures"));
    }

    private static List<string> Header => ["TASK", "ID", "NODE", "STATE", "BECAUSE OF", "REASON"];

    private static string Section(string title, JsonElement tasks)
    {
        var rows = tasks.Items().Select(Row).ToList();
        return rows.Count == 0 ? "" : $"\n{title}\n{Table.Format([Header, .. rows])}";
    }

    private static List<string> Row(JsonElement task) =>
    [
        task.TextAt("Name"),
        ShortText.OfId(task.TextAt("ID")),
        task.TextAt("Node"),
        task.TextAt("State"),
        task.TextAt("Cause"),
        task.TextAt("Text"),
    ];
}
