namespace Swarm.Hosting.DockerApi;

/// <summary>Says what publishing a port does as long as there is no routing mesh.</summary>
internal static class PortWarnings
{
    public static string[]? Of(ServiceSpec spec)
    {
        var ports = spec.Endpoint?.Ports.Where(p => p.Mode == PublishMode.Ingress).ToArray() ?? [];
        if (ports.Length == 0)
        {
            return null;
        }

        var first = spec.Endpoint!.Ports[0].TargetPort;
        return [.. ports.Select(p => Sentence(p, p.TargetPort == first))];
    }

    private static string Sentence(PortPublication port, bool isFirst)
    {
        var published = port.PublishedPort == 0 ? "" : $"{port.PublishedPort}:";
        var variables = isFirst ? $"PORT and SWARM_PORT_{port.TargetPort}" : $"SWARM_PORT_{port.TargetPort}";
        return $"port {published}{port.TargetPort}/{EnumText.Write(port.Protocol)} is recorded and its tasks find the "
            + $"port to listen on in {variables}, but it is not yet answered on every node";
    }
}
