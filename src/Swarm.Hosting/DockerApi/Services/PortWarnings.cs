namespace Swarm.Hosting.DockerApi;

/// <summary>Says which published ports the routing mesh of our own nodes does not answer.</summary>
internal static class PortWarnings
{
    public static string[]? Of(ServiceSpec spec)
    {
        string[] warnings =
        [
            .. (spec.Endpoint?.Ports ?? default)
                .Where(port => port is { Mode: PublishMode.Ingress, Protocol: PortProtocol.Sctp })
                .Select(Sentence),
        ];
        return warnings.Length == 0 ? null : warnings;
    }

    private static string Sentence(PortPublication port)
    {
        var published = port.PublishedPort == 0 ? "" : $"{port.PublishedPort}:";
        return $"port {published}{port.TargetPort}/{EnumText.Write(port.Protocol)} is answered by Docker Engines only: "
            + "nodes that run tasks as processes have no SCTP";
    }
}
