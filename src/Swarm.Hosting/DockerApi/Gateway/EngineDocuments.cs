using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Documents of this node and of the engine behind it as one. Pure.</summary>
internal static class EngineDocuments
{
    /// <summary>Label of the engine's networks that stand for one of the swarm's.</summary>
    public const string NetworkIdLabel = "com.docker.swarm.network.id";

    /// <summary>Facts of the engine, and this node's name, labels and place in the swarm.</summary>
    public static JsonObject MergeInfo(JsonObject engine, InfoDocument own)
    {
        var ours = JsonSerializer.SerializeToNode(own, SystemJson.Wire.InfoDocument)!.AsObject();
        foreach (var key in (string[])["Swarm", "Name", "Labels", "GenericResources"])
        {
            engine[key] = Take(ours, key);
        }

        var security = engine["SecurityOptions"] as JsonArray ?? [];
        foreach (var option in own.SecurityOptions)
        {
            security.Add((JsonNode)option);
        }

        engine["SecurityOptions"] = security.Parent is null ? security : security.DeepClone();
        return engine;
    }

    /// <summary>The engine's versions with this node's among the components; what both speak is spoken.</summary>
    public static JsonObject MergeVersion(JsonObject engine, VersionDocument own)
    {
        var ours = JsonSerializer.SerializeToNode(own, SystemJson.Wire.VersionDocument)!.AsObject();
        var components = engine["Components"] as JsonArray ?? [];
        foreach (var component in (Take(ours, "Components") as JsonArray ?? []).ToArray())
        {
            component!["Name"] = "Swarm";
            components.Add(component.DeepClone());
        }

        engine["Components"] = components.Parent is null ? components : components.DeepClone();
        engine["ApiVersion"] = own.ApiVersion;
        if (ApiVersion.TryParse((string?)engine["MinAPIVersion"], out var minimum) && minimum < ApiVersion.Minimum)
        {
            engine["MinAPIVersion"] = own.MinApiVersion;
        }

        return engine;
    }

    /// <summary>The networks of the swarm and those of the engine that stand for none of them.</summary>
    public static JsonArray MergeNetworks(IEnumerable<NetworkDocument> swarm, JsonArray engine)
    {
        var all = new JsonArray();
        foreach (var network in swarm)
        {
            all.Add(JsonSerializer.SerializeToNode(network, NetworkJson.Wire.NetworkDocument));
        }

        foreach (var network in engine)
        {
            if (StandsFor(network) is null)
            {
                all.Add(network?.DeepClone());
            }
        }

        return all;
    }

    /// <summary>A network of the swarm with the containers that this engine has on it.</summary>
    public static JsonObject WithContainers(NetworkDocument network, JsonNode? engine)
    {
        var document = JsonSerializer.SerializeToNode(network, NetworkJson.Wire.NetworkDocument)!.AsObject();
        if (StandsFor(engine) == network.Id)
        {
            document["Containers"] = engine!["Containers"]?.DeepClone();
        }

        return document;
    }

    private static string? StandsFor(JsonNode? network) => (string?)network?["Labels"]?[NetworkIdLabel];

    private static JsonNode? Take(JsonObject document, string key)
    {
        var value = document[key];
        document.Remove(key);
        return value;
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
internal sealed partial class GatewayJson : JsonSerializerContext
{
    public static GatewayJson Wire { get; } = new(DockerJson.CreateOptions());
}
