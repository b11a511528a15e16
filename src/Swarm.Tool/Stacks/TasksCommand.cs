using System.Globalization;
using System.Text.Json;

namespace Swarm.Tool.Stacks;

/// <summary><c>swarm stack ps</c>: the tasks of a stack.</summary>
internal static class TasksCommand
{
    private const int LongestError = 30;

    private static readonly Listing Listing = new(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CurrentState"] = "CURRENT STATE",
            ["DesiredState"] = "DESIRED STATE",
            ["Error"] = "ERROR",
            ["ID"] = "ID",
            ["Image"] = "IMAGE",
            ["Name"] = "NAME",
            ["Node"] = "NODE",
            ["Ports"] = "PORTS",
        },
        ["ID", "Name", "Image", "Node", "DesiredState", "CurrentState", "Error", "Ports"]);

    public static async Task RunAsync(string[] arguments, StackShell shell, CancellationToken cancellationToken)
    {
        var flags = new FlagSet()
            .Add("quiet", "q", isSwitch: true)
            .Add("no-trunc", isSwitch: true)
            .Add("no-resolve", isSwitch: true)
            .Add("format")
            .Add("filter", "f")
            .Parse(arguments);
        var name = StackArgument.Read(flags, "ps");
        using var client = shell.OpenClient();
        var tasks =
            (await client.ListAsync("/tasks", StackArgument.Filters(flags, name), cancellationToken)).Items().ToList();
        if (tasks.Count == 0)
        {
            throw new StackCommandException($"nothing found in stack: {name}");
        }

        var names = new NameLookup(client, flags.IsOn("no-resolve"));
        var named = new List<(string Name, JsonElement Task)>();
        foreach (var task in tasks)
        {
            named.Add((await NameAsync(task, names, cancellationToken), task));
        }

        named = [.. named
            .OrderBy(entry => entry.Name, NumberAwareOrder.Instance)
            .ThenByDescending(entry => entry.Task.At("CreatedAt") is { ValueKind: JsonValueKind.String } created
                ? created.GetDateTimeOffset()
                : default)];
        await PrintAsync(named, flags, names, shell, cancellationToken);
    }

    private static async Task PrintAsync(
        List<(string Name, JsonElement Task)> tasks,
        FlagSet flags,
        NameLookup names,
        StackShell shell,
        CancellationToken cancellationToken)
    {
        var format = flags.Value("format") ?? "";
        var truncates = !flags.IsOn("no-trunc");
        if (flags.IsOn("quiet") && format.Length == 0)
        {
            shell.Write(string.Concat(tasks.Select(entry => Id(entry.Task, truncates) + "\n")));
            return;
        }

        var isTable = format.Length == 0 || format.StartsWith("table", StringComparison.Ordinal);
        var rows = new List<Dictionary<string, string>>();
        var previous = "";
        foreach (var (name, task) in tasks)
        {
            var shown = isTable && name == previous ? $" \\_ {name}" : name;
            previous = name;
            rows.Add(Row(shown, await names.NodeAsync(task.TextAt("NodeID"), cancellationToken), task, truncates,
                shell.Time));
        }

        shell.Write(Listing.Format(rows, format));
    }

    private static async Task<string> NameAsync(JsonElement task, NameLookup names, CancellationToken cancellationToken)
    {
        var service = await names.ServiceAsync(task.TextAt("ServiceID"), cancellationToken);
        return task.NumberAt("Slot") is > 0 and var slot
            ? string.Create(CultureInfo.InvariantCulture, $"{service}.{slot}")
            : $"{service}.{task.TextAt("NodeID")}";
    }

    private static Dictionary<string,
        string> Row(string name, string node, JsonElement task, bool truncates, TimeProvider time)
    {
        var image = task.TextAt("Spec", "ContainerSpec", "Image");
        return new(StringComparer.Ordinal)
        {
            ["ID"] = Id(task, truncates),
            ["Name"] = name,
            ["Image"] = truncates ? ShortText.OfImage(image) : image,
            ["Node"] = node,
            ["DesiredState"] = Title(task.TextAt("DesiredState")),
            ["CurrentState"] = $"{Title(task.TextAt("Status", "State"))} {Age(task, time)} ago",
            ["Error"] = Error(task.TextAt("Status", "Err"), truncates),
            ["Ports"] = ShortText.OfPorts(task.At("Status", "PortStatus", "Ports").Items(), ingressOnly: false),
        };
    }

    private static string Id(JsonElement task, bool truncates) =>
        truncates ? ShortText.OfId(task.TextAt("ID")) : task.TextAt("ID");

    private static string Title(string state) => state.Length == 0 ? "" : char.ToUpperInvariant(state[0]) + state[1..];

    private static string Age(JsonElement task, TimeProvider time) =>
        task.At("Status", "Timestamp") is { ValueKind: JsonValueKind.String } timestamp
            ? HumanDuration.Format(time.GetUtcNow() - timestamp.GetDateTimeOffset()).ToLowerInvariant()
            : "";

    private static string Error(string error, bool truncates)
    {
        if (error.Length == 0)
        {
            return "";
        }

        return truncates && error.Length > LongestError ? $"\"{error[..(LongestError - 1)]}…\"" : $"\"{error}\"";
    }
}
