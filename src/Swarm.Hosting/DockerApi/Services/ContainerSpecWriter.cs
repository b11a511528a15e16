using System.Text.Json;

namespace Swarm.Hosting.DockerApi;

/// <summary>Everything of a container spec but the registry credentials, which never leave the swarm.</summary>
internal static class ContainerSpecWriter
{
    public static ContainerSpecDocument Write(ContainerSpec spec) => new()
    {
        Image = spec.Image.OrNull(),
        Labels = spec.Labels.OrNull(),
        Command = spec.Command.OrNull(),
        Args = spec.Args.OrNull(),
        Hostname = spec.Hostname.OrNull(),
        Env = spec.Environment.OrNull(v => v.ToString()),
        Dir = spec.WorkingDirectory.OrNull(),
        User = spec.User.OrNull(),
        Groups = spec.Groups.OrNull(),
        Privileges = spec.Privileges is null ? null : WritePrivileges(spec.Privileges),
        Init = spec.Init,
        StopSignal = spec.StopSignal.OrNull(),
        Tty = spec.Tty,
        OpenStdin = spec.OpenStdin,
        ReadOnly = spec.ReadOnly,
        Mounts = spec.Mounts.OrNull(WriteMount),
        StopGracePeriod = spec.StopGracePeriod?.ToNanoseconds(),
        Healthcheck = spec.HealthCheck is null ? null : WriteHealthCheck(spec.HealthCheck),
        Hosts = spec.Hosts.OrNull(),
        DnsConfig = spec.Dns is not { } dns
            ? null
            : new()
            {
                Nameservers = dns.Nameservers.OrNull(),
                Search = dns.Search.OrNull(),
                Options = dns.Options.OrNull(),
            },
        Secrets = spec.Secrets.OrNull(WriteSecret),
        Configs = spec.Configs.OrNull(WriteConfig),
        Isolation = EnumText.Write(spec.Isolation),
        Sysctls = spec.Sysctls.OrNull(),
        CapabilityAdd = spec.CapabilityAdd.OrNull(),
        CapabilityDrop = spec.CapabilityDrop.OrNull(),
        Ulimits = spec.Ulimits.OrNull(u => new UlimitDocument { Name = u.Name, Hard = u.Hard, Soft = u.Soft }),
        OomScoreAdj = spec.OomScoreAdjustment,
    };

    public static HealthCheckDocument WriteHealthCheck(HealthCheck health) => new()
    {
        Test = health.Test.OrNull(),
        Interval = health.Interval.ToNanoseconds(),
        Timeout = health.Timeout.ToNanoseconds(),
        StartPeriod = health.StartPeriod.ToNanoseconds(),
        StartInterval = (health.StartInterval ?? TimeSpan.Zero).ToNanoseconds(),
        Retries = health.Retries,
    };

    public static MountDocument WriteMount(Mount mount) => new()
    {
        Type = EnumText.Write(mount.Type),
        Source = mount.Source.OrNull(),
        Target = mount.Target.OrNull(),
        ReadOnly = mount.ReadOnly,
        Consistency = mount.Consistency.OrNull(),
        BindOptions = mount.Bind is not { } bind
            ? null
            : new()
            {
                Propagation = bind.Propagation.OrNull(),
                NonRecursive = bind.NonRecursive,
                CreateMountpoint = bind.CreateMountpoint,
                ReadOnlyNonRecursive = bind.ReadOnlyNonRecursive,
                ReadOnlyForceRecursive = bind.ReadOnlyForceRecursive,
            },
        VolumeOptions = mount.Volume is not { } volume
            ? null
            : new()
            {
                NoCopy = volume.NoCopy,
                Labels = volume.Labels.OrNull(),
                Subpath = volume.Subpath.OrNull(),
                DriverConfig = TaskSpecWriter.WriteDriver(volume.Driver),
            },
        TmpfsOptions = mount.Tmpfs is not { } tmpfs
            ? null
            : new() { SizeBytes = tmpfs.SizeBytes, Mode = tmpfs.Mode, Options = WriteTmpfsOptions(tmpfs.Options) },
    };

    // Another member of the swarm may have stored something else than pairs; a list must not fail because of it.
    private static string[][]? WriteTmpfsOptions(string options)
    {
        if (options.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(options, ServiceJson.Wire.StringArrayArray);
        }
        catch (JsonException)
        {
            return [[options]];
        }
    }

    private static PrivilegesDocument WritePrivileges(Privileges privileges) => new()
    {
        CredentialSpec = privileges.CredentialSpec is not { } credentials
            ? null
            : new() { Config = credentials.Config, File = credentials.File, Registry = credentials.Registry },
        SELinuxContext = privileges.SELinux is not { } selinux
            ? null
            : new()
            {
                Disable = selinux.Disable,
                User = selinux.User,
                Role = selinux.Role,
                Type = selinux.Type,
                Level = selinux.Level,
            },
        Seccomp = privileges.Seccomp is not { } seccomp
            ? null
            : new()
            {
                Mode = seccomp.Mode.OrNull(),
                Profile = seccomp.Profile.IsEmpty ? null : [.. seccomp.Profile.AsSpan()],
            },
        AppArmor = privileges.AppArmorMode.Length == 0 ? null : new() { Mode = privileges.AppArmorMode },
        NoNewPrivileges = privileges.NoNewPrivileges,
    };

    private static SecretReferenceDocument WriteSecret(SecretReference secret) => new()
    {
        File = WriteTarget(secret.Target),
        SecretId = secret.SecretId.Value,
        SecretName = secret.SecretName,
    };

    private static ConfigReferenceDocument WriteConfig(ConfigReference config) => new()
    {
        File = WriteTarget(config.Target),
        Runtime = config.Runtime ? EmptyDocument.Instance : null,
        ConfigId = config.ConfigId.Value,
        ConfigName = config.ConfigName,
    };

    private static FileTargetDocument? WriteTarget(FileTarget? target) => target is null
        ? null
        : new() { Name = target.Name, Uid = target.Uid, Gid = target.Gid, Mode = target.Mode };
}
