using System.CommandLine;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Compose.Syntax;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm plan service</c>: what creating a service, or changing the one of that name, would do.</summary>
internal static class PlanServiceCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "Name of the service." };

    private static readonly Option<string?> Image = new("--image") { Description = "Image; needed for a new service." };

    private static readonly Option<long?> Replicas = new("--replicas") { Description = "Number of tasks." };

    private static readonly Option<bool> Global = new("--global") { Description = "One task per node (new services)." };

    private static readonly Option<string[]> Constraint = new("--constraint")
    {
        Description = "Placement constraint, such as node.labels.zone==a; replaces those of the service. Repeatable.",
    };

    private static readonly Option<string[]> Publish = new("--publish", "-p")
    {
        Description = "Published port, as PUBLISHED:TARGET[/PROTOCOL]; replaces those of the service. Repeatable.",
    };

    private static readonly Option<string?> ReserveCpu = new("--reserve-cpu") { Description = "Processors per task." };

    private static readonly Option<string?> ReserveMemory = new("--reserve-memory")
    {
        Description = "Memory per task, such as 256m.",
    };

    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Replace all tasks even when nothing changes.",
    };

    public static Command Create()
    {
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command("service", "Plans creating a service, or changing the one of that name.")
        {
            Name, Image, Replicas, Global, Constraint, Publish, ReserveCpu, ReserveMemory, Force, host, json,
        };
        Verb.Set(command, host, json, async (verb, parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(Name)!;
            var spec = await CurrentAsync(verb.Client, name, cancellationToken) ?? New(name, parsed);
            Apply(spec, parsed);
            var body = Encoding.UTF8.GetBytes(spec.ToJsonString());
            var plan = await verb.Client.PostAsync("/swarm/plan", body, cancellationToken);
            verb.Write(verb.IsJson ? plan.GetRawText() + "\n" : PlanText.Format(name, plan));
            return PlanText.IsGood(plan) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static async Task<JsonObject?> CurrentAsync(
        DockerClient client,
        string name,
        CancellationToken cancellationToken)
    {
        try
        {
            var service = await client.GetAsync($"/services/{Uri.EscapeDataString(name)}", cancellationToken);
            return JsonObject.Create(service.At("Spec").Clone());
        }
        catch (DockerApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static JsonObject New(string name, ParseResult parsed) => parsed.GetValue(Image) is null
        ? throw new StackCommandException($"there is no service {name}; planning a new one needs --image")
        : new JsonObject
        {
            ["Name"] = name,
            ["TaskTemplate"] = new JsonObject { ["ContainerSpec"] = new JsonObject() },
            ["Mode"] = parsed.GetValue(Global)
                ? new JsonObject { ["Global"] = new JsonObject() }
                : new JsonObject { ["Replicated"] = new JsonObject { ["Replicas"] = 1 } },
        };

    private static void Apply(JsonObject spec, ParseResult parsed)
    {
        var task = Child(spec, "TaskTemplate");
        if (parsed.GetValue(Image) is { } image)
        {
            Child(task, "ContainerSpec")["Image"] = image;
        }

        if (parsed.GetValue(Replicas) is { } replicas)
        {
            Child(Child(spec, "Mode"), "Replicated")["Replicas"] = replicas;
        }

        if (parsed.GetValue(Constraint) is [_, ..] constraints)
        {
            Child(task, "Placement")["Constraints"] = new JsonArray([.. constraints.Select(text => (JsonNode)text)]);
        }

        if (parsed.GetValue(Publish) is [_, ..] ports)
        {
            Child(spec, "EndpointSpec")["Ports"] = new JsonArray([.. ports.SelectMany(Ports)]);
        }

        Reserve(task, parsed);
        if (parsed.GetValue(Force))
        {
            task["ForceUpdate"] = ((ulong?)task["ForceUpdate"] ?? 0) + 1;
        }
    }

    private static void Reserve(JsonObject task, ParseResult parsed)
    {
        try
        {
            if (parsed.GetValue(ReserveCpu) is { } cpu)
            {
                Child(Child(task, "Resources"), "Reservations")["NanoCPUs"] = CpuSyntax.ParseNanoCpus(cpu);
            }

            if (parsed.GetValue(ReserveMemory) is { } memory)
            {
                Child(Child(task, "Resources"), "Reservations")["MemoryBytes"] = SizeSyntax.Parse(memory);
            }
        }
        catch (FormatException exception)
        {
            throw new StackCommandException(exception.Message);
        }
    }

    private static IEnumerable<JsonNode> Ports(string text) => PortSyntax.TryParse(text, out var mappings)
        ? mappings.Select(mapping => new JsonObject
        {
            ["Protocol"] = mapping.Protocol,
            ["TargetPort"] = mapping.Target,
            ["PublishedPort"] = mapping.First,
            ["PublishMode"] = "ingress",
        })
        : throw new StackCommandException($"{text} is no port such as 8080:80 or 53:53/udp");

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
        {
            return child;
        }

        child = [];
        parent[name] = child;
        return child;
    }
}
