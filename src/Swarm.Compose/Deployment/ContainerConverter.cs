using Swarm.Compose.Conversion;

namespace Swarm.Compose.Deployment;

/// <summary>The container of a service as a record of the swarm.</summary>
internal static class ContainerConverter
{
    public static ContainerSpec Convert(ContainerDocument container, SpecWords words) => new()
    {
        Image = ImageName.TryParse(container.Image)?.Tagged.Familiar ?? container.Image,
        Labels = SpecConverter.Map(container.Labels),
        Command = [.. container.Command ?? []],
        Args = [.. container.Args ?? []],
        Hostname = container.Hostname,
        Environment = (container.Env ?? []).Select(EnvironmentVariable.Parse).ToValueList(),
        WorkingDirectory = container.Dir,
        User = container.User,
        Privileges = container.Privileges.CredentialSpec is { } spec
            ? new() { CredentialSpec = new(spec.Config, spec.File, spec.Registry) }
            : null,
        Init = container.Init,
        StopSignal = container.StopSignal,
        Tty = container.Tty,
        OpenStdin = container.OpenStdin,
        ReadOnly = container.ReadOnly,
        Mounts = (container.Mounts ?? []).Select(mount => Mount(mount, words)).ToValueList(),
        StopGracePeriod = container.StopGracePeriod is { } period ? SpecConverter.Time(period) : null,
        HealthCheck = container.Healthcheck is { } health ? Health(health) : null,
        Hosts = [.. container.Hosts ?? []],
        Dns = container.Dns is { } dns
            ? new() { Nameservers = [.. dns.Nameservers ?? []], Search = [.. dns.Search ?? []] }
            : null,
        Secrets = (container.Secrets ?? [])
            .Select(secret => new SecretReference(default, secret.SecretName, File(secret.File)))
            .ToValueList(),
        Configs = (container.Configs ?? [])
            .Select(config => new ConfigReference(
                default, config.ConfigName, config.File is { } file ? File(file) : null, config.Runtime is not null))
            .ToValueList(),
        Isolation = words.Isolation(container.Isolation),
        Sysctls = SpecConverter.Map(container.Sysctls),
        CapabilityAdd = [.. container.CapabilityAdd ?? []],
        CapabilityDrop = [.. container.CapabilityDrop ?? []],
        Ulimits =
            (container.Ulimits ?? []).Select(limit => new Ulimit(limit.Name, limit.Soft, limit.Hard)).ToValueList(),
    };

    private static FileTarget File(FileTargetDocument file) => new(file.Name, file.Uid, file.Gid, (uint)file.Mode);

    private static HealthCheck Health(HealthDocument health) => new()
    {
        Test = [.. health.Test ?? []],
        Interval = SpecConverter.Time(health.Interval),
        Timeout = SpecConverter.Time(health.Timeout),
        Retries = (int)Math.Min(health.Retries, int.MaxValue),
        StartPeriod = SpecConverter.Time(health.StartPeriod),
        StartInterval = SpecConverter.Time(health.StartInterval),
    };

    private static Mount Mount(MountDocument mount, SpecWords words) => new()
    {
        Type = words.MountType(mount.Type),
        Source = mount.Source,
        Target = mount.Target,
        ReadOnly = mount.ReadOnly,
        Consistency = mount.Consistency,
        Bind = mount.BindOptions is { } bind ? new() { Propagation = bind.Propagation } : null,
        Volume = mount.VolumeOptions is { } volume
            ? new()
            {
                NoCopy = volume.NoCopy,
                Subpath = volume.Subpath,
                Labels = SpecConverter.Map(volume.Labels),
                Driver = SpecConverter.Driver(volume.DriverConfig),
            }
            : null,
        Tmpfs = mount.TmpfsOptions is { } tmpfs ? new(tmpfs.SizeBytes) : null,
    };
}
