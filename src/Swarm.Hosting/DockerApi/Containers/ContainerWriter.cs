using System.Globalization;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

internal static class ContainerWriter
{
    public static ContainerDocument Write(ContainerInfo container, DateTimeOffset now, bool size) => new()
    {
        Id = container.Id,
        Names = ["/" + container.Name],
        Image = container.Image,
        ImageId = ContainerText.ImageId(container.Image),
        Command = ContainerText.Command(container),
        Created = container.CreatedAt.ToUnixTimeSeconds(),
        Ports = WritePorts(container),
        SizeRootFs = size ? 0 : null,
        Labels = container.Labels.OrEmpty(),
        State = ContainerText.State(container.State),
        Status = ContainerText.Status(container, now),
        HostConfig = new(NetworkMode(container)),
        NetworkSettings = new(WriteNetworks(container)),
        Mounts = WriteMounts(container),
    };

    public static string NetworkMode(ContainerInfo container) => container.Task.Networks.IsEmpty ? "host" : "default";

    public static Dictionary<string, ContainerEndpointDocument> WriteNetworks(ContainerInfo container)
    {
        var networks = new Dictionary<string, ContainerEndpointDocument>(StringComparer.Ordinal);
        foreach (var attachment in container.Task.Networks)
        {
            networks[attachment.Network.Spec.Name] = WriteEndpoint(attachment);
        }

        if (networks.Count == 0)
        {
            networks["host"] = new();
        }

        return networks;
    }

    public static ContainerMountDocument[] WriteMounts(ContainerInfo container) =>
        container.Task.Spec.Workload is ContainerSpec spec
            ? spec.Mounts.OrNull(WriteMount) ?? []
            : [];

    private static ContainerMountDocument WriteMount(Mount mount)
    {
        var volume = mount.Type == MountType.Volume;
        return new()
        {
            Type = EnumText.Write(mount.Type),
            Name = volume ? mount.Source : null,
            Source = mount.Source,
            Destination = mount.Target,
            Driver = volume ? mount.Volume?.Driver?.Name ?? "local" : null,
            Mode = volume ? "z" : "",
            Writable = !mount.ReadOnly,
            Propagation = mount.Bind?.Propagation ?? "",
        };
    }

    private static ContainerPortDocument[] WritePorts(ContainerInfo container) =>
        container.State != ContainerState.Running
            ? []
            : container.Ports.OrNull(p => new ContainerPortDocument
            {
                Address = p.PublishedPort == 0 ? null : "0.0.0.0",
                PrivatePort = p.TargetPort,
                PublicPort = p.PublishedPort,
                Type = EnumText.Write(p.Protocol),
            }) ?? [];

    private static ContainerEndpointDocument WriteEndpoint(NetworkAttachment attachment)
    {
        var (address, length) = Split(attachment.Addresses.IsEmpty ? "" : attachment.Addresses[0]);
        return new()
        {
            NetworkId = attachment.Network.Id.Value,
            Requested = new() { Address = address.OrNull() },
            Aliases = attachment.Aliases.OrNull(),
            Address = address,
            PrefixLength = length,
            DriverOptions = attachment.DriverOptions.OrNull(),
        };
    }

    private static (string Address, int PrefixLength) Split(string subnet)
    {
        var slash = subnet.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && int.TryParse(subnet.AsSpan(slash + 1), CultureInfo.InvariantCulture, out var length)
            ? (subnet[..slash], length)
            : (subnet, 0);
    }
}
