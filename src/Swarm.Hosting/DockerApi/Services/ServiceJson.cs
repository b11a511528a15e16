using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Documents of services and tasks; empty values are left out unless a field says otherwise.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(ServiceSpecDocument))]
[JsonSerializable(typeof(ServiceCreatedDocument))]
[JsonSerializable(typeof(ServiceUpdatedDocument))]
[JsonSerializable(typeof(TaskDocument))]
[JsonSerializable(typeof(string[][]))]
internal sealed partial class ServiceJson : JsonSerializerContext
{
    public static ServiceJson Wire { get; } = Create();

    private static ServiceJson Create()
    {
        var options = DockerJson.CreateOptions();
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault;
        return new(options);
    }
}
