using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record EventDocument(
    string Type,
    string Action,
    EventActorDocument Actor,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("time")] long Time,
    [property: JsonPropertyName("timeNano")] long TimeNano)
{
    public static EventDocument Write(EngineEvent engineEvent) => new(
        engineEvent.Type,
        engineEvent.Action,
        new(engineEvent.Id, engineEvent.Attributes.OrEmpty()),
        engineEvent.Scope,
        engineEvent.Time.ToUnixTimeSeconds(),
        UnixTime.ToUnixNanoseconds(engineEvent.Time));
}

internal sealed record EventActorDocument(
    [property: JsonPropertyName("ID")] string Id,
    Dictionary<string, string> Attributes);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(EventDocument))]
internal sealed partial class EventJson : JsonSerializerContext
{
    public static EventJson Wire { get; } = new(DockerJson.CreateOptions());
}
