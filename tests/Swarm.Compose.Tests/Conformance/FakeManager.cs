using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Swarm.Compose.Tests.Conformance;

/// <summary>
/// A manager that keeps what it is given, answers as a Docker Engine does, and records requests. Ids follow from kind and
/// name, versions count from 11.
/// </summary>
internal sealed class FakeManager : HttpMessageHandler
{
    private readonly Dictionary<string, SortedDictionary<string, JsonObject>> _objects = new(StringComparer.Ordinal)
    {
        ["networks"] = new(StringComparer.Ordinal),
        ["secrets"] = new(StringComparer.Ordinal),
        ["configs"] = new(StringComparer.Ordinal),
        ["services"] = new(StringComparer.Ordinal),
    };

    private readonly JsonArray _nodes;
    private readonly List<JsonObject> _log = [];
    private JsonArray _tasks;
    private JsonArray _failures;
    private JsonObject _registry;
    private bool _isManager;

    public FakeManager(JsonNode state)
    {
        _isManager = (bool?)state["manager"] ?? true;
        _registry = Copy(state["registry"]) as JsonObject ?? [];
        _failures = Copy(state["fail"]) as JsonArray ?? [];
        _tasks = Copy(state["tasks"]) as JsonArray ?? [];
        _nodes = Copy(state["nodes"]) as JsonArray ??
        [
            new JsonObject
            {
                ["ID"] = IdOf("node", "node1"),
                ["Description"] = new JsonObject { ["Hostname"] = "node1" },
                ["Status"] = new JsonObject { ["State"] = "ready" },
            },
        ];
        foreach (var kind in _objects.Keys)
        {
            Seed(kind, state[kind]?.AsArray());
        }
    }

    /// <summary>The requests since the last call.</summary>
    public JsonArray Take()
    {
        var taken = new JsonArray([.. _log.Select(entry => (JsonNode)entry)]);
        _log.Clear();
        return taken;
    }

    /// <summary>Changes the state between two commands.</summary>
    public void Change(JsonNode change)
    {
        foreach (var entry in change["set"]?.AsArray() ?? [])
        {
            var target = Find((string)entry![0]!, (string)entry[1]!)!;
            var path = ((string)entry[2]!).Split(((string)entry[2]!).Contains('/', StringComparison.Ordinal) ? '/' : '.');
            foreach (var step in path.SkipLast(1))
            {
                target[step] ??= new JsonObject();
                target = target[step]!.AsObject();
            }

            target[path[^1]] = Copy(entry[3]);
        }

        foreach (var (kind, seeds) in change["seed"]?.AsObject() ?? [])
        {
            Seed(kind, seeds!.AsArray());
        }

        _registry = Copy(change["registry"]) as JsonObject ?? _registry;
        _failures = Copy(change["fail"]) as JsonArray ?? _failures;
        _tasks = Copy(change["tasks"]) as JsonArray ?? _tasks;
        _isManager = (bool?)change["manager"] ?? _isManager;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = Version().Replace(Uri.UnescapeDataString(request.RequestUri!.AbsolutePath), "");
        if (path == "/_ping")
        {
            return new(HttpStatusCode.OK) { Headers = { { "Api-Version", "1.50" } } };
        }

        if (path == "/info")
        {
            return Reply(new JsonObject { ["Swarm"] = new JsonObject { ["ControlAvailable"] = _isManager } });
        }

        var body = request.Content is null
            ? null
            : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken)) as JsonObject;
        var query = QueryOf(request.RequestUri.Query);
        Record(request, path, query, body);
        foreach (var failure in _failures)
        {
            if ((string)failure!["method"]! == request.Method.Method
                && Regex.IsMatch(path, $"^(?:{failure["path"]})$")
                && (failure["name"] is null || (string)failure["name"]! == (string?)body?["Name"]))
            {
                return Refuse((int)failure["status"]!, (string)failure["message"]!);
            }
        }

        return Route(request.Method.Method, path, query, body);
    }

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private static string IdOf(string kind, string name)
    {
        const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
        var number = new BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\0{name}")), isUnsigned: true, isBigEndian: true);
        var id = new StringBuilder();
        for (var digit = 0; digit < 25; digit++)
        {
            number = BigInteger.DivRem(number, 36, out var rest);
            id.Append(Digits[(int)rest]);
        }

        return id.ToString();
    }

    private static string NameOf(string kind, JsonNode item) => (string)(kind == "networks" ? item["Name"] : item["Spec"]!["Name"])!;

    private static string KeyOf(string kind, JsonNode item) => (string)(kind == "networks" ? item["Id"] : item["ID"])!;

    private void Seed(string kind, JsonArray? seeds)
    {
        foreach (var seed in seeds ?? [])
        {
            if (kind == "networks")
            {
                var network = (string)(seed!["Name"] ?? seed["name"])!;
                Add(kind, NewNetwork(network, (string?)(seed["scope"] ?? seed["Scope"]) ?? "swarm", seed["labels"] ?? seed["Labels"]));
                continue;
            }

            var spec = Copy(seed!["Spec"]) as JsonObject
                ?? new JsonObject { ["Name"] = Copy(seed["name"]), ["Labels"] = Copy(seed["labels"]) ?? new JsonObject() };
            Add(kind, NewObject(kind, spec, (int?)seed["index"] ?? 11));
        }
    }

    private void Add(string kind, JsonObject item) => _objects[kind][NameOf(kind, item)] = item;

    private static JsonObject NewNetwork(string name, string scope, JsonNode? labels) => new()
    {
        ["Name"] = name,
        ["Id"] = IdOf("network", name),
        ["Scope"] = scope,
        ["Labels"] = Copy(labels) ?? new JsonObject(),
    };

    private static JsonObject NewObject(string kind, JsonObject spec, int index) => new()
    {
        ["ID"] = IdOf(kind[..^1], (string)spec["Name"]!),
        ["Version"] = new JsonObject { ["Index"] = index },
        ["Spec"] = spec,
    };

    private JsonObject? Find(string kind, string reference) =>
        _objects[kind].Values.FirstOrDefault(item => reference == KeyOf(kind, item) || reference == NameOf(kind, item))
        ?? _objects[kind].Values.FirstOrDefault(item =>
            reference.Length > 0 && KeyOf(kind, item).StartsWith(reference, StringComparison.Ordinal));

    private void Record(HttpRequestMessage request, string path, SortedDictionary<string, string> query, JsonObject? body)
    {
        var entry = new JsonObject { ["method"] = request.Method.Method, ["path"] = path };
        if (query.Count > 0)
        {
            var members = new JsonObject();
            foreach (var (key, value) in query)
            {
                members[key] = key == "filters" ? JsonNode.Parse(value) : value;
            }

            entry["query"] = members;
        }

        if (body is not null)
        {
            entry["body"] = Copy(body);
        }

        if (request.Headers.TryGetValues("X-Registry-Auth", out var auth))
        {
            var text = auth.First().Replace('-', '+').Replace('_', '/');
            entry["registryAuth"] = JsonNode.Parse(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
        }

        _log.Add(entry);
    }

    private HttpResponseMessage Route(string method, string path, SortedDictionary<string, string> query, JsonObject? body)
    {
        var filters = query.TryGetValue("filters", out var text) ? JsonNode.Parse(text)!.AsObject() : [];
        if (path == "/nodes")
        {
            return Reply(_nodes);
        }

        if (path == "/tasks")
        {
            return Reply(new JsonArray([.. _tasks.Where(task => IsListed(task!, filters)).Select(Copy)]));
        }

        if (path.StartsWith("/nodes/", StringComparison.Ordinal))
        {
            var node = _nodes.FirstOrDefault(node => (string)node!["ID"]! == path["/nodes/".Length..]);
            return node is null ? Refuse(404, "node not found") : Reply(node);
        }

        if (path.StartsWith("/distribution/", StringComparison.Ordinal))
        {
            var image = path["/distribution/".Length..^"/json".Length];
            return _registry[image] is { } known
                ? Reply(new JsonObject
                {
                    ["Descriptor"] = new JsonObject { ["digest"] = Copy(known["digest"]) },
                    ["Platforms"] = Copy(known["platforms"]) ?? new JsonArray(),
                })
                : Refuse(404, $"manifest unknown: {image}");
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return _objects.ContainsKey(parts[0])
            ? RouteObjects(method, parts, query, filters, body)
            : Refuse(404, "page not found");
    }

    private HttpResponseMessage RouteObjects(
        string method, string[] parts, SortedDictionary<string, string> query, JsonObject filters, JsonObject? body)
    {
        var kind = parts[0];
        if (parts.Length == 1)
        {
            return Reply(new JsonArray([.. _objects[kind].Values
                .Where(item => IsListed(kind, item, filters))
                .Select(item => WithStatus(kind, item, query))]));
        }

        if (method == "POST" && parts[1] == "create")
        {
            return Create(kind, body!);
        }

        if (Find(kind, parts[1]) is not { } found)
        {
            return Refuse(404, $"{kind[..^1]} {parts[1]} not found");
        }

        switch (method)
        {
            case "GET":
                return Reply(found);
            case "DELETE":
                _objects[kind].Remove(NameOf(kind, found));
                _tasks = new JsonArray([.. _tasks.Where(task => (string)task!["ServiceID"]! != KeyOf(kind, found)).Select(Copy)]);
                return new(HttpStatusCode.NoContent);
            default:
                return Update(kind, found, query, body!);
        }
    }

    private HttpResponseMessage Create(string kind, JsonObject body)
    {
        var name = (string)body["Name"]!;
        if (_objects[kind].ContainsKey(name))
        {
            return Refuse(409, kind == "networks"
                ? $"network with name {name} already exists"
                : $"rpc error: code = AlreadyExists desc = {kind[..^1]} {name} already exists");
        }

        var created = kind == "networks"
            ? NewNetwork(name, "swarm", body["Labels"])
            : NewObject(kind, (JsonObject)Copy(body)!, 11);
        Add(kind, created);
        return Reply(new JsonObject { ["ID"] = KeyOf(kind, created) }, HttpStatusCode.Created);
    }

    private HttpResponseMessage Update(string kind, JsonObject found, SortedDictionary<string, string> query, JsonObject body)
    {
        var spec = found["Spec"]!.AsObject();
        if (kind is "secrets" or "configs" && spec["Data"] is { } data && (string)data! != (string?)body["Data"])
        {
            return Refuse(400, "rpc error: code = InvalidArgument desc = only updates to Labels are allowed");
        }

        var index = (int)found["Version"]!["Index"]!;
        if (query.GetValueOrDefault("version") != index.ToString())
        {
            return Refuse(500, "rpc error: code = Unknown desc = update out of sequence");
        }

        found["Spec"] = Copy(body);
        found["Version"] = new JsonObject { ["Index"] = index + 1 };
        return Reply(new JsonObject { ["Warnings"] = null });
    }

    private JsonNode WithStatus(string kind, JsonObject item, SortedDictionary<string, string> query)
    {
        var copy = (JsonObject)Copy(item)!;
        if (kind == "services" && query.GetValueOrDefault("status") is "true" or "1")
        {
            var mode = item["Spec"]!["Mode"];
            var mine = _tasks.Where(task => (string)task!["ServiceID"]! == KeyOf(kind, item));
            copy["ServiceStatus"] = new JsonObject
            {
                ["RunningTasks"] = mine.Count(task => (string)task!["Status"]!["State"]! == "running"),
                ["DesiredTasks"] = mode?["Global"] is not null ? _nodes.Count : (int?)mode?["Replicated"]?["Replicas"] ?? 1,
            };
        }

        return copy;
    }

    private static bool IsListed(string kind, JsonObject item, JsonObject filters) =>
        Values(filters, "label").All(label => HasLabel((kind == "networks" ? item : item["Spec"])?["Labels"], label))
        && (Values(filters, "name") is not { Count: > 0 } names
            || names.Exists(name => NameOf(kind, item).Contains(name, StringComparison.Ordinal)));

    private static bool IsListed(JsonNode task, JsonObject filters) =>
        Values(filters, "label").All(label => HasLabel(task["Spec"]?["ContainerSpec"]?["Labels"], label))
        && (Values(filters, "service") is not { Count: > 0 } services || services.Contains((string)task["ServiceID"]!));

    private static List<string> Values(JsonObject filters, string key) =>
        filters[key] is JsonObject values ? [.. values.Select(value => value.Key)] : [];

    private static bool HasLabel(JsonNode? labels, string wanted)
    {
        var split = wanted.Split('=', 2);
        return labels?[split[0]] is { } value && (split.Length == 1 || (string)value! == split[1]);
    }

    private static SortedDictionary<string, string> QueryOf(string query)
    {
        var parsed = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var split = pair.Split('=', 2);
            parsed[Uri.UnescapeDataString(split[0])] = split.Length > 1 ? Uri.UnescapeDataString(split[1]) : "";
        }

        return parsed;
    }

    private static HttpResponseMessage Reply(JsonNode body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Refuse(int status, string message) =>
        Reply(new JsonObject { ["message"] = message }, (HttpStatusCode)status);

    private static Regex Version() => new(@"^/v\d+\.\d+");
}
