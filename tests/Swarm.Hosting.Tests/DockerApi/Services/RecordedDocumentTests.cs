using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi.Services;

/// <summary>The documents have exactly the fields of the Engine's, and leave out exactly what it leaves out.</summary>
public class RecordedDocumentTests
{
    public static TheoryData<string> Recorded(string name) =>
        new(RecordedDocuments.Read(name).Select(d => d.ToJsonString()));

    [Theory]
    [MemberData(nameof(Recorded), "services")]
    public void Services(string json) => SameAfterRoundTrip(json, ServiceJson.Wire.ServiceDocument);

    [Theory]
    [MemberData(nameof(Recorded), "tasks")]
    public void Tasks(string json) => SameAfterRoundTrip(json, ServiceJson.Wire.TaskDocument);

    private static void SameAfterRoundTrip<T>(string json, JsonTypeInfo<T> type)
    {
        // Times here have seven decimals, the Engine's nine.
        json = Regex.Replace(json, @"(\.\d{7})\d{1,2}Z", m => m.Groups[1].Value.TrimEnd('0').TrimEnd('.') + "Z");
        var document = JsonSerializer.Deserialize(json, type)!;
        JsonAssert.Same(JsonNode.Parse(json)!, JsonNode.Parse(JsonSerializer.Serialize(document, type)));
    }
}
