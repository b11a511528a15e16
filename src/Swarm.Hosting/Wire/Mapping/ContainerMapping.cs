namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Containers. The limit of processes, which records keep with the other limits, is the container's here.</summary>
internal static class ContainerMapping
{
    public static Protos.ContainerSpec ToWire(this ContainerSpec spec, long pidsLimit)
    {
        var wire = new Protos.ContainerSpec
        {
            Image = spec.Image,
            Hostname = spec.Hostname,
            Dir = spec.WorkingDirectory,
            User = spec.User,
            Privileges = spec.Privileges.ToWire(),
            Init = spec.Init,
            Tty = spec.Tty,
            OpenStdin = spec.OpenStdin,
            ReadOnly = spec.ReadOnly,
            StopSignal = spec.StopSignal,
            StopGracePeriod = spec.StopGracePeriod.ToWire(),
            PullOptions = spec.RegistryAuth.Length == 0 ? null : new() { RegistryAuth = spec.RegistryAuth },
            DnsConfig = spec.Dns.ToWire(),
            Healthcheck = spec.HealthCheck.ToWire(),
            Isolation = (Protos.ContainerSpec.Types.Isolation)spec.Isolation,
            PidsLimit = pidsLimit,
            OomScoreAdj = spec.OomScoreAdjustment,
        };
        FillLists(wire, spec);
        return wire;
    }

    public static ContainerSpec ToRecord(this Protos.ContainerSpec wire) => new()
    {
        Image = wire.Image,
        Labels = wire.Labels.ToMap(),
        Command = wire.Command.ToList(),
        Args = wire.Args.ToList(),
        Hostname = wire.Hostname,
        Environment = wire.Env.ToList(EnvironmentVariable.Parse),
        WorkingDirectory = wire.Dir,
        User = wire.User,
        Groups = wire.Groups.ToList(),
        Privileges = wire.Privileges.ToRecord(),
        Init = wire.Init,
        StopSignal = wire.StopSignal,
        Tty = wire.Tty,
        OpenStdin = wire.OpenStdin,
        ReadOnly = wire.ReadOnly,
        Mounts = wire.Mounts.ToList(MountMapping.ToRecord),
        StopGracePeriod = wire.StopGracePeriod.ToOptionalSpan(),
        HealthCheck = wire.Healthcheck.ToRecord(),
        Hosts = wire.Hosts.ToList(),
        Dns = wire.DnsConfig.ToRecord(),
        Secrets = wire.Secrets.ToList(ToRecord),
        Configs = wire.Configs.ToList(ToRecord),
        Isolation = (Isolation)wire.Isolation,
        Sysctls = wire.Sysctls.ToMap(),
        CapabilityAdd = wire.CapabilityAdd.ToList(),
        CapabilityDrop = wire.CapabilityDrop.ToList(),
        Ulimits = wire.Ulimits.ToList(ulimit => new Ulimit(ulimit.Name, ulimit.Soft, ulimit.Hard)),
        OomScoreAdjustment = wire.OomScoreAdj,
        RegistryAuth = wire.PullOptions?.RegistryAuth ?? "",
    };

    private static void FillLists(Protos.ContainerSpec wire, ContainerSpec spec)
    {
        wire.Labels.Fill(spec.Labels);
        wire.Command.Fill(spec.Command);
        wire.Args.Fill(spec.Args);
        wire.Env.Fill(spec.Environment, variable => variable.ToString());
        wire.Groups.Fill(spec.Groups);
        wire.Mounts.Fill(spec.Mounts, MountMapping.ToWire);
        wire.Hosts.Fill(spec.Hosts);
        wire.Secrets.Fill(spec.Secrets, ToWire);
        wire.Configs.Fill(spec.Configs, ToWire);
        wire.Sysctls.Fill(spec.Sysctls);
        wire.CapabilityAdd.Fill(spec.CapabilityAdd);
        wire.CapabilityDrop.Fill(spec.CapabilityDrop);
        wire.Ulimits.Fill(spec.Ulimits, ToWire);
    }

    private static Protos.ContainerSpec.Types.Ulimit ToWire(Ulimit ulimit) =>
        new() { Name = ulimit.Name, Soft = ulimit.Soft, Hard = ulimit.Hard };

    private static Protos.ContainerSpec.Types.DNSConfig? ToWire(this DnsConfig? dns)
    {
        if (dns is null)
        {
            return null;
        }

        var wire = new Protos.ContainerSpec.Types.DNSConfig();
        wire.Nameservers.Fill(dns.Nameservers);
        wire.Search.Fill(dns.Search);
        wire.Options.Fill(dns.Options);
        return wire;
    }

    private static DnsConfig? ToRecord(this Protos.ContainerSpec.Types.DNSConfig? wire) => wire is null
        ? null
        : new()
        {
            Nameservers = wire.Nameservers.ToList(),
            Search = wire.Search.ToList(),
            Options = wire.Options.ToList(),
        };

    // Engines write the three older durations always, zero or not.
    private static Protos.HealthConfig? ToWire(this HealthCheck? check)
    {
        if (check is null)
        {
            return null;
        }

        var wire = new Protos.HealthConfig
        {
            Interval = check.Interval.ToWire(),
            Timeout = check.Timeout.ToWire(),
            Retries = check.Retries,
            StartPeriod = check.StartPeriod.ToWire(),
            StartInterval = check.StartInterval.ToWire(),
        };
        wire.Test.Fill(check.Test);
        return wire;
    }

    private static HealthCheck? ToRecord(this Protos.HealthConfig? wire) => wire is null
        ? null
        : new()
        {
            Test = wire.Test.ToList(),
            Interval = wire.Interval.ToSpan(),
            Timeout = wire.Timeout.ToSpan(),
            Retries = wire.Retries,
            StartPeriod = wire.StartPeriod.ToSpan(),
            StartInterval = wire.StartInterval.ToOptionalSpan(),
        };

    private static Protos.SecretReference ToWire(SecretReference reference) => new()
    {
        SecretId = reference.SecretId.ToString(),
        SecretName = reference.SecretName,
        File = reference.Target.ToWire(),
    };

    private static SecretReference ToRecord(Protos.SecretReference wire) =>
        new(new(wire.SecretId), wire.SecretName, wire.File.ToRecord());

    private static Protos.ConfigReference ToWire(ConfigReference reference)
    {
        var wire = new Protos.ConfigReference
        {
            ConfigId = reference.ConfigId.ToString(),
            ConfigName = reference.ConfigName,
        };
        if (reference.Runtime)
        {
            wire.Runtime = new();
        }
        else
        {
            wire.File = reference.Target.ToWire();
        }

        return wire;
    }

    private static ConfigReference ToRecord(Protos.ConfigReference wire) =>
        new(new(wire.ConfigId), wire.ConfigName, wire.File.ToRecord(), wire.Runtime is not null);

    private static Protos.FileTarget? ToWire(this FileTarget? target) => target is null
        ? null
        : new() { Name = target.Name, Uid = target.Uid, Gid = target.Gid, Mode = target.Mode };

    private static FileTarget? ToRecord(this Protos.FileTarget? wire) =>
        wire is null ? null : new(wire.Name, wire.Uid, wire.Gid, wire.Mode);
}
