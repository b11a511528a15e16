using System.Text.Json.Serialization;

namespace Swarm.Docker.Engine;

/// <summary>A container as <c>docker inspect</c> shows it, as far as a task wants to know.</summary>
internal sealed record ContainerDocument
{
    public string Id { get; init; } = "";

    public required ContainerStateDocument State { get; init; }

    public ContainerConfigDocument? Config { get; init; }

    public ContainerNetworksDocument? NetworkSettings { get; init; }
}

internal sealed record ContainerStateDocument
{
    public string Status { get; init; } = "";

    public bool Running { get; init; }

    public int Pid { get; init; }

    public int ExitCode { get; init; }

    [JsonPropertyName("OOMKilled")]
    public bool OutOfMemory { get; init; }

    public string? Error { get; init; }

    public ContainerHealthDocument? Health { get; init; }
}

internal sealed record ContainerHealthDocument
{
    public string Status { get; init; } = "";
}

internal sealed record ContainerConfigDocument
{
    public bool Tty { get; init; }
}

internal sealed record ContainerNetworksDocument
{
    public Dictionary<string, PortBindingDocument[]?>? Ports { get; init; }

    public Dictionary<string, EndpointDocument>? Networks { get; init; }
}

/// <summary>A port of the node that leads to a container.</summary>
internal sealed record PortBindingDocument
{
    public string? HostIp { get; init; }

    public string? HostPort { get; init; }
}

/// <summary>A container in a list.</summary>
internal sealed record ContainerSummaryDocument
{
    public string Id { get; init; } = "";

    public string State { get; init; } = "";

    public Dictionary<string, string>? Labels { get; init; }

    public ContainerNetworksDocument? NetworkSettings { get; init; }
}
