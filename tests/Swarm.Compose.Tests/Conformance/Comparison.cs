using System.Text.Json;
using System.Text.Json.Nodes;

namespace Swarm.Compose.Tests.Conformance;

/// <summary>Compares what was done with what the docker command does. Empty members of documents do not count.</summary>
internal static class Comparison
{
    // Empty values that mean something.
    private static readonly HashSet<string> Kept =
    [
        "Replicated", "Global", "ReplicatedJob", "GlobalJob", "Runtime", "Replicas", "MaxAttempts", "Init", "Mode",
        "Parallelism", "ClusterOptions", "Spread", "SpreadDescriptor", "registryAuth",
    ];

    private static readonly HashSet<string> UserMaps = ["Labels", "Options", "Sysctls"];

    /// <summary>Where a step differs from what is wanted.</summary>
    public static IEnumerable<string> Differences(JsonNode step, JsonNode want, StepResult got)
    {
        var verb = (string)step["args"]![0]!;
        var succeeds = (int)want["exit"]! == 0;
        if (succeeds != (got.Exit == 0))
        {
            yield return $"exit: want {want["exit"]} got {got.Exit}: {got.Error}";
            yield break;
        }

        if (verb == "config" && succeeds && (string)want["yaml"]! != got.Output)
        {
            yield return $"yaml: want\n{want["yaml"]}\ngot\n{got.Output}";
        }

        if (verb != "config")
        {
            var (wanted, requests) = (Canonical(want["requests"]), Canonical(got.Requests));
            if (wanted != requests)
            {
                yield return $"requests: want\n{wanted}\ngot\n{requests}";
            }

            var lines = string.Join('\n', want["stdout"]?.AsArray().Select(line => (string)line!) ?? []);
            if (lines != Lines(verb, got.Output))
            {
                yield return $"output: want\n{lines}\ngot\n{Lines(verb, got.Output)}";
            }
        }
    }

    /// <summary>True when the messages are the same too.</summary>
    public static bool HasSameWording(JsonNode want, StepResult got) => ((string?)want["stderr"] ?? "") == got.Error;

    private static string Lines(string verb, string output)
    {
        var lines = output.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd());
        return string.Join('\n', verb is "deploy" or "up" ? lines.Order(StringComparer.Ordinal) : lines);
    }

    private static string Canonical(JsonNode? requests)
    {
        var writes = (requests?.AsArray() ?? [])
            .Where(request => (string)request!["method"]! is not ("GET" or "HEAD"))
            .Select(request => Prune(JsonNode.Parse(request!.ToJsonString()), "")!)
            .ToList();
        foreach (var container in writes.Select(write => write["body"]?["TaskTemplate"]?["ContainerSpec"]).OfType<JsonObject>())
        {
            Sort(container, "Secrets", "SecretName");
            Sort(container, "Configs", "ConfigName");
        }

        var sorted = new List<JsonNode>();
        for (var start = 0; start < writes.Count;)
        {
            var run = writes.Skip(start).TakeWhile(write => KindOf(write) == KindOf(writes[start])).ToList();
            sorted.AddRange(run.OrderBy(write => (string?)write["body"]?["Name"] ?? "", StringComparer.Ordinal)
                .ThenBy(write => (string)write["path"]!, StringComparer.Ordinal));
            start += run.Count;
        }

        return string.Join('\n', sorted.Select(write => write.ToJsonString()));
    }

    private static (bool, string) KindOf(JsonNode write) =>
        ((string)write["method"]! == "DELETE", ((string)write["path"]!).Split('/')[1]);

    private static void Sort(JsonObject container, string list, string name)
    {
        if (container[list] is JsonArray references)
        {
            container[list] = new JsonArray([.. references
                .Select(reference => reference!.DeepClone())
                .OrderBy(reference => (string?)reference[name] ?? "", StringComparer.Ordinal)
                .ThenBy(reference => (string?)reference["File"]?["Name"] ?? "", StringComparer.Ordinal)]);
        }
    }

    // Members in order of their names, without those that say nothing.
    private static JsonNode? Prune(JsonNode? node, string key)
    {
        switch (node)
        {
            case JsonArray array:
                return new JsonArray([.. array.Select(item => Prune(item, ""))]);
            case JsonObject members:
                var pruned = new JsonObject();
                foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    var kept = UserMaps.Contains(key) ? value?.DeepClone() : Prune(value, name);
                    if (UserMaps.Contains(key) || (Kept.Contains(name) ? kept is not null : !IsEmpty(kept)))
                    {
                        pruned[name] = kept;
                    }
                }

                return pruned;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                return JsonValue.Create((decimal)value.AsValue().GetValue<JsonElement>().GetDouble());
            default:
                return node?.DeepClone();
        }
    }

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray array => array.Count == 0,
        JsonObject members => members.Count == 0,
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => (string)node! == "",
            JsonValueKind.False => true,
            JsonValueKind.Number => (decimal)node == 0,
            _ => false,
        },
    };
}
