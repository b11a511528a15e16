using System.Globalization;
using System.Text.Json;
using Swarm.Compose;
using Swarm.Compose.Conversion;

namespace Swarm.Tool.Stacks;

/// <summary><c>swarm stack services</c>: the services of a stack.</summary>
internal static class ServicesCommand
{
    private static readonly Listing Listing = new(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ID"] = "ID",
            ["Image"] = "IMAGE",
            ["Mode"] = "MODE",
            ["Name"] = "NAME",
            ["Ports"] = "PORTS",
            ["Replicas"] = "REPLICAS",
        },
        ["ID", "Name", "Mode", "Replicas", "Image", "Ports"]);

    public static async Task RunAsync(string[] arguments, StackShell shell, CancellationToken cancellationToken)
    {
        var flags = new FlagSet().Add("quiet", "q", isSwitch: true).Add("format").Add("filter", "f").Parse(arguments);
        var name = StackArgument.Read(flags, "services");
        using var client = shell.OpenClient();
        var isQuiet = flags.IsOn("quiet");
        var services = (await client.ListAsync(
            "/services", StackArgument.Filters(flags, name), cancellationToken, isQuiet ? "" : "&status=true")).Items().ToList();
        if (services.Count == 0)
        {
            shell.Notice($"Nothing found in stack: {name}");
            return;
        }

        services = [.. services.OrderBy(service => service.TextAt("Spec", "Name"), NumberAwareOrder.Instance)];
        var format = flags.Value("format") ?? "";
        shell.Write(isQuiet && format.Length == 0
            ? string.Concat(services.Select(service => ShortText.OfId(service.TextAt("ID")) + "\n"))
            : Listing.Format(services.Select(Row), format));
    }

    private static Dictionary<string, string> Row(JsonElement service) => new(StringComparer.Ordinal)
    {
        ["ID"] = ShortText.OfId(service.TextAt("ID")),
        ["Name"] = service.TextAt("Spec", "Name"),
        ["Mode"] = Mode(service.At("Spec", "Mode")),
        ["Replicas"] = Replicas(service),
        ["Image"] = ShortText.OfImage(service.TextAt("Spec", "TaskTemplate", "ContainerSpec", "Image")),
        ["Ports"] = ShortText.OfPorts(service.At("Endpoint", "Ports").Items(), ingressOnly: true),
    };

    private static string Mode(JsonElement mode) =>
        mode.At("Global").ValueKind == JsonValueKind.Object ? "global"
        : mode.At("Replicated").ValueKind == JsonValueKind.Object ? "replicated"
        : mode.At("ReplicatedJob").ValueKind == JsonValueKind.Object ? "replicated job"
        : mode.At("GlobalJob").ValueKind == JsonValueKind.Object ? "global job"
        : "";

    /// <summary>Running and wanted tasks, as listings show them.</summary>
    public static string Replicas(JsonElement service)
    {
        var status = service.At("ServiceStatus");
        var (running, desired, completed) =
            (status.NumberAt("RunningTasks"), status.NumberAt("DesiredTasks"), status.NumberAt("CompletedTasks"));
        var counts = string.Create(CultureInfo.InvariantCulture, $"{running}/{desired}");
        var perNode = service.NumberAt("Spec", "TaskTemplate", "Placement", "MaxReplicas");
        var total = service.At("Spec", "Mode", "ReplicatedJob").ValueKind == JsonValueKind.Object
            ? service.NumberAt("Spec", "Mode", "ReplicatedJob", "TotalCompletions")
            : desired + completed;
        return Mode(service.At("Spec", "Mode")) switch
        {
            "replicated" when perNode > 0 => string.Create(CultureInfo.InvariantCulture, $"{counts} (max {perNode} per node)"),
            "replicated job" or "global job" =>
                string.Create(CultureInfo.InvariantCulture, $"{counts} ({completed}/{total} completed)"),
            _ => counts,
        };
    }
}

/// <summary>The one argument of commands about one stack.</summary>
internal static class StackArgument
{
    /// <exception cref="StackCommandException">There is none, more than one, or it cannot be a name.</exception>
    public static string Read(FlagSet flags, string verb)
    {
        if (flags.Arguments is not [var name])
        {
            throw new StackCommandException($"\"swarm stack {verb}\" requires exactly 1 argument");
        }

        return StackName.IsValid(name) ? name : throw new StackCommandException(StackName.Complaint(name));
    }

    /// <summary>The filters that were given, and the one for the stack.</summary>
    public static List<(string Key, string Value)> Filters(FlagSet flags, string stack)
    {
        var filters = new List<(string, string)> { ("label", $"{StackNamespace.Label}={stack}") };
        foreach (var filter in flags.Values("filter"))
        {
            var split = filter.IndexOf('=', StringComparison.Ordinal);
            if (split < 0)
            {
                throw new StackCommandException(
                    $"invalid argument \"{filter}\" for \"-f, --filter\" flag: invalid filter '{filter}'");
            }

            filters.Add((filter[..split].Trim().ToLowerInvariant(), filter[(split + 1)..].Trim()));
        }

        return filters;
    }
}
