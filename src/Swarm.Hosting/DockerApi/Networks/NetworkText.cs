using Swarm.Allocation.Addressing;

namespace Swarm.Hosting.DockerApi;

/// <summary>Networks between documents and records.</summary>
internal static class NetworkText
{
    private const string SwarmScope = "swarm";
    private const string LocalScope = "local";
    private const string DefaultDriver = "bridge";

    /// <summary>Reads a request for a network of the swarm.</summary>
    /// <exception cref="DockerApiException">It is for a network of this engine alone, which keeps none.</exception>
    public static NetworkSpec Read(NetworkCreateDocument document)
    {
        var driver = document.Driver is { Length: > 0 } given ? given : DefaultDriver;
        CheckScope(document, driver);
        if (!NetworkDrivers.IsKnown(driver))
        {
            throw DockerApiException.NotFound($"plugin \"{driver}\" not found");
        }

        if (document.Ipv4 is false)
        {
            throw DockerApiException.BadRequest("IPv4 cannot be switched off: networks of the swarm have IPv4 addresses");
        }

        if (driver == NetworkDrivers.Overlay && document.ConfigFrom?.Network is { Length: > 0 } source)
        {
            throw DockerApiException.BadRequest(
                $"an overlay network cannot take its configuration from {source}: the swarm has its configuration");
        }

        if (document.Addressing?.Options is { Count: > 0 } options)
        {
            throw DockerApiException.BadRequest(
                $"IPAM driver {NetworkDrivers.DefaultIpam} has no option {options.Keys.First()}");
        }

        return new()
        {
            Name = document.Name ?? "",
            Labels = document.Labels.ToValues(),
            Driver = new(driver, document.Options.ToValues()),
            Ipv6 = document.Ipv6 ?? false,
            Internal = document.Internal,
            Attachable = document.Attachable,
            Ingress = document.Ingress,
            ConfigFrom = document.ConfigFrom?.Network ?? "",
            Ipam = document.Addressing is { } addressing ? Read(addressing) : null,
        };
    }

    public static NetworkDocument Write(Network network) => new()
    {
        Name = network.Spec.Name,
        Id = network.Id.Value,
        Created = network.CreatedAt,
        Scope = SwarmScope,
        Driver = network.DriverState?.Name ?? NetworkDrivers.NameOf(network.Spec),
        Ipv6 = network.Spec.Ipv6,
        Addressing = Write(network.Ipam),
        Internal = network.Spec.Internal,
        Attachable = network.Spec.Attachable,
        Ingress = NetworkDrivers.IsIngress(network),
        ConfigFrom = new(network.Spec.ConfigFrom),
        Options = (network.DriverState?.Options ?? default).OrNull(),
        Labels = network.Spec.Labels.OrNull(),
    };

    // As the engine decides where a network is made.
    private static void CheckScope(NetworkCreateDocument document, string driver)
    {
        var isGlobal = driver == NetworkDrivers.Overlay || !NetworkDrivers.IsKnown(driver);
        if (document.Scope == LocalScope && isGlobal)
        {
            throw Forbidden($"cannot downgrade network scope for {driver} networks");
        }

        if (document.Ingress && !isGlobal)
        {
            throw Forbidden("Ingress network can only be global scope network");
        }

        if (document.ConfigOnly || (!isGlobal && document.Scope != SwarmScope))
        {
            throw DockerApiException.NotImplemented(
                "this engine keeps no networks of its own, only those of the swarm; use --driver overlay, or "
                + "--scope swarm for a network that each node has for itself");
        }
    }

    private static DockerApiException Forbidden(string message) =>
        new(Microsoft.AspNetCore.Http.StatusCodes.Status403Forbidden, message);

    private static IpamOptions Read(NetworkAddressingDocument addressing) => new()
    {
        Driver = new(
            addressing.Driver is { Length: > 0 } driver ? driver : NetworkDrivers.DefaultIpam,
            addressing.Options.ToValues()),
        Configs = addressing.Config.ToValues(subnet => new IpamConfig(
            subnet.Subnet ?? "",
            subnet.Range ?? "",
            subnet.Gateway ?? "",
            subnet.Reserved.ToValues())),
    };

    private static NetworkAddressingDocument Write(IpamOptions? ipam) => new()
    {
        Driver = ipam?.Driver?.Name ?? "",
        Options = (ipam?.Driver?.Options ?? default).OrNull(),
        Config = ipam is null
            ? null
            : [.. ipam.Configs.Select(config => new NetworkSubnetDocument
            {
                Subnet = config.Subnet.OrNull(),
                Range = config.Range.OrNull(),
                Gateway = config.Gateway.OrNull(),
                Reserved = config.Reserved.OrNull(),
            })],
    };
}
