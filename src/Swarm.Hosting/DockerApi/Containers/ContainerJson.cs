using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Documents of containers; every field is written, as clients expect it, unless it says otherwise.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ContainerDocument[]))]
[JsonSerializable(typeof(ContainerInspectDocument))]
[JsonSerializable(typeof(ContainerProcessesDocument))]
[JsonSerializable(typeof(ContainerExitDocument))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ContainerJson : JsonSerializerContext
{
    public static ContainerJson Wire { get; } = Create();

    private static ContainerJson Create()
    {
        var options = DockerJson.CreateOptions();
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        return new(options);
    }
}
