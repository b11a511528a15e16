using System.Globalization;
using System.Text;
using System.Text.Json;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>What <c>swarm top</c> shows of one moment.</summary>
internal sealed class TopSnapshot
{
    private static readonly string[] Dead = ["complete", "shutdown", "failed", "rejected", "orphaned", "remove"];

    private List<JsonElement> _nodes = [];
    private List<JsonElement> _services = [];
    private List<JsonElement> _tasks = [];

    public static async Task<TopSnapshot> ReadAsync(DockerClient client, CancellationToken cancellationToken) => new()
    {
        _nodes = [.. (await client.GetAsync("/nodes", cancellationToken)).Items()
            .OrderBy(node => node.TextAt("Description", "Hostname"), NumberAwareOrder.Instance)],
        _services = [.. (await client.GetAsync("/services?status=true", cancellationToken)).Items()
            .OrderBy(service => service.TextAt("Spec", "Name"), NumberAwareOrder.Instance)],
        _tasks = [.. (await client.GetAsync("/tasks", cancellationToken)).Items()],
    };

    /// <summary>Tables for people.</summary>
    /// <param name="time">The clock that ages are told by.</param>
    /// <param name="lines">The most lines; what does not fit is counted.</param>
    public string ToText(TimeProvider time, int lines)
    {
        string[] head = ["NODE", "STATUS", "AVAILABILITY", "MANAGER", "TASKS"];
        var text = Summary() + "\n" + Table.Format([head, .. _nodes.Select(Node)]);
        if (_services.Count > 0)
        {
            text += "\n" + Table.Format([["SERVICE", "REPLICAS", "UPDATE", "IMAGE"], .. _services.Select(Service)]);
        }

        var waiting = Waiting().ToList();
        if (waiting.Count > 0)
        {
            string[] columns = ["TASK", "ID", "NODE", "STATE", "FOR", "ERROR"];
            text += "\n" + Table.Format([columns, .. waiting.Select(task => Task(task, time))]);
        }

        return Cut(text, lines);
    }

    /// <summary>The same as one document.</summary>
    public string ToJson()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            Write(json, "Nodes", _nodes);
            Write(json, "Services", _services);
            Write(json, "Waiting", Waiting());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }

    // The last line stays free, so that a terminal does not scroll.
    private static string Cut(string text, int lines)
    {
        var all = text.Split('\n');
        return all.Length <= lines
            ? text
            : string.Join('\n', all.Take(lines - 2)) + string.Create(
                CultureInfo.InvariantCulture,
                $"\n… {all.Length - lines + 2} more lines\n");
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<JsonElement> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
    }

    private static bool IsAlive(JsonElement task) =>
        !Dead.Contains(task.TextAt("Status", "State"), StringComparer.Ordinal);

    // Tasks that are to run, or to end, and are not there yet.
    private IEnumerable<JsonElement> Waiting() => _tasks
        .Where(task => IsAlive(task)
            && (task.TextAt("Status", "State") != "running"
                || task.TextAt("DesiredState") is not ("running" or "complete")))
        .OrderBy(Name, NumberAwareOrder.Instance)
        .ThenBy(task => task.TextAt("ID"), StringComparer.Ordinal);

    private string Summary()
    {
        var ready = _nodes.Count(node => node.TextAt("Status", "State") == "ready");
        var running = _tasks.Count(task => task.TextAt("Status", "State") == "running");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ready} of {_nodes.Count} nodes ready, {_services.Count} services, {running} tasks running, "
            + $"{Waiting().Count()} on their way\n");
    }

    private List<string> Node(JsonElement node) =>
    [
        node.TextAt("Description", "Hostname"),
        node.TextAt("Status", "State"),
        node.TextAt("Spec", "Availability"),
        node.At("ManagerStatus", "Leader").ValueKind == JsonValueKind.True
            ? "leader"
            : node.TextAt("ManagerStatus", "Reachability"),
        _tasks.Count(task => task.TextAt("NodeID") == node.TextAt("ID") && task.TextAt("Status", "State") == "running")
            .ToString(CultureInfo.InvariantCulture),
    ];

    private static List<string> Service(JsonElement service) =>
    [
        service.TextAt("Spec", "Name"),
        ServicesCommand.Replicas(service),
        service.TextAt("UpdateStatus", "State"),
        ShortText.OfImage(service.TextAt("Spec", "TaskTemplate", "ContainerSpec", "Image")),
    ];

    private List<string> Task(JsonElement task, TimeProvider time) =>
    [
        Name(task),
        ShortText.OfId(task.TextAt("ID")),
        Hostname(task.TextAt("NodeID")),
        task.TextAt("Status", "State"),
        task.At("Status", "Timestamp") is { ValueKind: JsonValueKind.String } since
            ? HumanDuration.Format(time.GetUtcNow() - since.GetDateTimeOffset()).ToLowerInvariant()
            : "",
        task.TextAt("Status", "Err"),
    ];

    private string Name(JsonElement task)
    {
        var service = _services.Find(one => one.TextAt("ID") == task.TextAt("ServiceID"));
        var name = service.ValueKind == JsonValueKind.Object
            ? service.TextAt("Spec", "Name")
            : task.TextAt("ServiceID");
        return task.NumberAt("Slot") is > 0 and var slot
            ? string.Create(CultureInfo.InvariantCulture, $"{name}.{slot}")
            : $"{name}.{Hostname(task.TextAt("NodeID"))}";
    }

    private string Hostname(string id) =>
        _nodes.Find(node => node.TextAt("ID") == id) is { ValueKind: JsonValueKind.Object } node
            ? node.TextAt("Description", "Hostname")
            : id;
}
