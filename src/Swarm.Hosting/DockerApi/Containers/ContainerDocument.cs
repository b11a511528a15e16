using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>A row of <c>docker ps</c>.</summary>
internal sealed record ContainerDocument
{
    public required string Id { get; init; }

    public required string[] Names { get; init; }

    public required string Image { get; init; }

    [JsonPropertyName("ImageID")]
    public required string ImageId { get; init; }

    public required string Command { get; init; }

    public long Created { get; init; }

    public required ContainerPortDocument[] Ports { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRw { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRootFs { get; init; }

    public required Dictionary<string, string> Labels { get; init; }

    public required string State { get; init; }

    public required string Status { get; init; }

    public required NetworkModeDocument HostConfig { get; init; }

    public required ContainerNetworksDocument NetworkSettings { get; init; }

    public required ContainerMountDocument[] Mounts { get; init; }
}

internal sealed record NetworkModeDocument(string NetworkMode);

internal sealed record ContainerNetworksDocument(Dictionary<string, ContainerEndpointDocument> Networks);

internal sealed record ContainerPortDocument
{
    [JsonPropertyName("IP")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }

    public int PrivatePort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int PublicPort { get; init; }

    public required string Type { get; init; }
}

internal sealed record ContainerEndpointDocument
{
    [JsonPropertyName("IPAMConfig")]
    public EndpointAddressDocument? Requested { get; init; }

    public string[]? Links { get; init; }

    public string[]? Aliases { get; init; }

    [JsonPropertyName("NetworkID")]
    public string NetworkId { get; init; } = "";

    [JsonPropertyName("EndpointID")]
    public string EndpointId { get; init; } = "";

    public string Gateway { get; init; } = "";

    [JsonPropertyName("IPAddress")]
    public string Address { get; init; } = "";

    [JsonPropertyName("IPPrefixLen")]
    public int PrefixLength { get; init; }

    [JsonPropertyName("IPv6Gateway")]
    public string Gateway6 { get; init; } = "";

    [JsonPropertyName("GlobalIPv6Address")]
    public string Address6 { get; init; } = "";

    [JsonPropertyName("GlobalIPv6PrefixLen")]
    public int PrefixLength6 { get; init; }

    public string MacAddress { get; init; } = "";

    [JsonPropertyName("DriverOpts")]
    public Dictionary<string, string>? DriverOptions { get; init; }
}

internal sealed record EndpointAddressDocument
{
    [JsonPropertyName("IPv4Address")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }
}

internal sealed record ContainerMountDocument
{
    public required string Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    public required string Source { get; init; }

    public required string Destination { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Driver { get; init; }

    public string Mode { get; init; } = "";

    [JsonPropertyName("RW")]
    public bool Writable { get; init; }

    public string Propagation { get; init; } = "";
}

internal sealed record ContainerProcessesDocument(string[][] Processes, string[] Titles);

internal sealed record ContainerExitDocument(int StatusCode);
