using System.Text;

namespace Swarm.Control;

/// <summary>
/// About how many bytes a spec takes in the log. A service is logged with its previous spec, and an entry holds at most
/// 1.5 MiB.
/// </summary>
internal static class SpecSize
{
    public const int Max = 512 * 1024;

    private const int PerItem = 16;

    /// <summary>Refuses a spec that is too large.</summary>
    /// <exception cref="SwarmException">It is.</exception>
    public static void Check(string kind, long size) =>
        Rule.Require(size <= Max, $"{kind} spec is too large: about {size} bytes, at most {Max} are allowed");

    public static long Of(ServiceSpec spec) =>
        Of(spec.Name)
        + Of(spec.Labels)
        + (spec.TaskTemplate.Workload is { } workload ? Of(workload) : 0)
        + Of(spec.TaskTemplate.Placement?.Constraints ?? default)
        + ((spec.TaskTemplate.Placement?.Preferences ?? default).Sum(item => PerItem + Of(item.SpreadDescriptor)))
        + ((spec.TaskTemplate.Placement?.Platforms ?? default)
            .Sum(item => PerItem + Of(item.Architecture) + Of(item.OperatingSystem)))
        + Of(spec.TaskTemplate.LogDriver)
        + ((spec.TaskTemplate.Resources?.Reservations?.Generic ?? default)
            .Sum(item => PerItem + Of(item.ResourceKind) + Of((item as NamedResource)?.Value)))
        + spec.TaskTemplate.ResourceReferences.Sum(item => PerItem + Of(item.ResourceId))
        + spec.TaskTemplate.Networks.Sum(Of)
        + spec.Networks.Sum(Of)
        + ((spec.Endpoint?.Ports ?? default).Sum(port => PerItem + Of(port.Name)));

    public static long Of(NetworkSpec spec) =>
        Of(spec.Name)
        + Of(spec.Labels)
        + Of(spec.ConfigFrom)
        + Of(spec.Driver)
        + Of(spec.Ipam?.Driver)
        + ((spec.Ipam?.Configs ?? default)
            .Sum(item => PerItem + Of(item.Subnet) + Of(item.Range) + Of(item.Gateway) + Of(item.Reserved)));

    public static long Of(ValueDictionary<string> map) =>
        map.Sum(entry => PerItem + Of(entry.Key) + Of(entry.Value));

    private static long Of(Workload workload) => workload switch
    {
        ContainerSpec container => OfText(container) + OfFiles(container),
        GenericSpec generic => Of(generic.RuntimeKind) + Of(generic.PayloadType) + generic.Payload.Count,
        _ => PerItem,
    };

    private static long OfText(ContainerSpec container) =>
        Of(container.Image) + Of(container.Hostname) + Of(container.WorkingDirectory) + Of(container.User)
        + Of(container.StopSignal) + Of(container.RegistryAuth)
        + Of(container.Labels) + Of(container.Sysctls)
        + Of(container.Command) + Of(container.Args) + Of(container.Groups) + Of(container.Hosts)
        + Of(container.CapabilityAdd) + Of(container.CapabilityDrop)
        + container.Environment.Sum(item => PerItem + Of(item.Name) + Of(item.Value))
        + container.Ulimits.Sum(item => PerItem + Of(item.Name))
        + Of(container.HealthCheck?.Test ?? default)
        + Of(container.Dns?.Nameservers ?? default)
        + Of(container.Dns?.Search ?? default)
        + Of(container.Dns?.Options ?? default)
        + (container.Privileges?.Seccomp?.Profile.Count ?? 0);

    private static long OfFiles(ContainerSpec container) =>
        container.Mounts.Sum(Of)
        + container.Secrets.Sum(item => PerItem + Of(item.SecretId.Value) + Of(item.SecretName) + Of(item.Target))
        + container.Configs.Sum(item => PerItem + Of(item.ConfigId.Value) + Of(item.ConfigName) + Of(item.Target));

    private static long Of(Mount mount) =>
        PerItem + Of(mount.Source) + Of(mount.Target) + Of(mount.Consistency)
        + Of(mount.Volume?.Labels ?? default) + Of(mount.Volume?.Driver) + Of(mount.Volume?.Subpath)
        + Of(mount.Tmpfs?.Options);

    private static long Of(NetworkAttachmentSpec network) =>
        PerItem + Of(network.Target) + Of(network.Aliases) + Of(network.Addresses) + Of(network.DriverOptions);

    private static long Of(FileTarget? target) =>
        target is null ? 0 : PerItem + Of(target.Name) + Of(target.Uid) + Of(target.Gid);

    private static long Of(Driver? driver) => driver is null ? 0 : Of(driver.Name) + Of(driver.Options);

    private static long Of(ValueList<string> items) => items.Sum(item => PerItem + Of(item));

    private static long Of(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
