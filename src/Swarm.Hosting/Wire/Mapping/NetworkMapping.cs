namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Networks and attachments to them.</summary>
internal static class NetworkMapping
{
    public static Protos.Network ToWire(this Network network) => new()
    {
        Id = network.Id.ToString(),
        Meta = network.ToMeta(),
        Spec = network.Spec.ToWire(),
        DriverState = network.DriverState.ToWire(),
        Ipam = network.Ipam.ToWire(),
        PendingDelete = network.PendingDelete,
        Extra = network.Extra.ToWire(),
    };

    public static Network ToRecord(this Protos.Network wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = (wire.Spec ?? new()).ToRecord(),
        DriverState = wire.DriverState.ToRecord(),
        Ipam = wire.Ipam.ToRecord(),
        PendingDelete = wire.PendingDelete,
        Extra = wire.Extra.ToRecord(),
    };

    public static Protos.NetworkSpec ToWire(this NetworkSpec spec)
    {
        var wire = new Protos.NetworkSpec
        {
            Annotations = CommonMapping.ToAnnotations(spec.Name, spec.Labels, spec.Indices),
            DriverConfig = spec.Driver.ToWire(),
            Ipv6Enabled = spec.Ipv6,
            Internal = spec.Internal,
            Ipam = spec.Ipam.ToWire(),
            Attachable = spec.Attachable,
            Ingress = spec.Ingress,
        };
        if (spec.ConfigFrom.Length > 0)
        {
            wire.Network = spec.ConfigFrom;
        }

        return wire;
    }

    public static NetworkSpec ToRecord(this Protos.NetworkSpec wire)
    {
        var annotations = wire.Annotations.ToRecord();
        return new()
        {
            Name = annotations.Name,
            Labels = annotations.Labels,
            Indices = annotations.Indices,
            Driver = wire.DriverConfig.ToRecord(),
            Ipv6 = wire.Ipv6Enabled,
            Internal = wire.Internal,
            Ipam = wire.Ipam.ToRecord(),
            Attachable = wire.Attachable,
            Ingress = wire.Ingress,
            ConfigFrom = wire.Network,
        };
    }

    public static Protos.NetworkAttachment ToWire(this NetworkAttachment attachment, SharedMessages? shared = null)
    {
        var wire = new Protos.NetworkAttachment
        {
            Network = shared?.Networks.Of(attachment.Network) ?? attachment.Network.ToWire(),
        };
        wire.Addresses.Fill(attachment.Addresses);
        wire.Aliases.Fill(attachment.Aliases);
        wire.DriverAttachmentOpts.Fill(attachment.DriverOptions);
        return wire;
    }

    public static NetworkAttachment ToRecord(this Protos.NetworkAttachment wire, SharedRecords? shared = null)
    {
        var network = wire.Network ?? throw WireErrors.Missing("network of an attachment");
        return new()
        {
            Network = shared?.Networks.Of(network) ?? network.ToRecord(),
            Addresses = wire.Addresses.ToList(),
            Aliases = wire.Aliases.ToList(),
            DriverOptions = wire.DriverAttachmentOpts.ToMap(),
        };
    }

    public static Protos.NetworkAttachmentConfig ToWire(this NetworkAttachmentSpec spec)
    {
        var wire = new Protos.NetworkAttachmentConfig { Target = spec.Target };
        wire.Aliases.Fill(spec.Aliases);
        wire.Addresses.Fill(spec.Addresses);
        wire.DriverAttachmentOpts.Fill(spec.DriverOptions);
        return wire;
    }

    public static NetworkAttachmentSpec ToRecord(this Protos.NetworkAttachmentConfig wire) => new()
    {
        Target = wire.Target,
        Aliases = wire.Aliases.ToList(),
        Addresses = wire.Addresses.ToList(),
        DriverOptions = wire.DriverAttachmentOpts.ToMap(),
    };

    private static Protos.IPAMOptions? ToWire(this IpamOptions? options)
    {
        if (options is null)
        {
            return null;
        }

        var wire = new Protos.IPAMOptions { Driver = options.Driver.ToWire() };
        wire.Configs.Fill(options.Configs, ToWire);
        return wire;
    }

    private static IpamOptions? ToRecord(this Protos.IPAMOptions? wire) => wire is null
        ? null
        : new() { Driver = wire.Driver.ToRecord(), Configs = wire.Configs.ToList(ToRecord) };

    private static Protos.IPAMConfig ToWire(IpamConfig config)
    {
        var wire = new Protos.IPAMConfig
        {
            Family = (Protos.IPAMConfig.Types.AddressFamily)config.Family,
            Subnet = config.Subnet,
            Range = config.Range,
            Gateway = config.Gateway,
        };
        wire.Reserved.Fill(config.Reserved);
        return wire;
    }

    private static IpamConfig ToRecord(Protos.IPAMConfig wire) => new(
        wire.Subnet,
        wire.Range,
        wire.Gateway,
        wire.Reserved.ToMap(),
        (IpamFamily)wire.Family);
}
