using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Documents of services and tasks, read and written without reflection.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(ServiceDocument[]))]
[JsonSerializable(typeof(ServiceSpecDocument))]
[JsonSerializable(typeof(ServiceCreatedDocument))]
[JsonSerializable(typeof(ServiceUpdatedDocument))]
[JsonSerializable(typeof(TaskDocument))]
[JsonSerializable(typeof(TaskDocument[]))]
[JsonSerializable(typeof(string[][]))]
internal sealed partial class ServiceJson : JsonSerializerContext;
