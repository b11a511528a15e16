namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Secrets and configs.</summary>
internal static class SecretMapping
{
    public static Protos.Secret ToWire(this Secret secret) => new()
    {
        Id = secret.Id.ToString(),
        Meta = secret.ToMeta(),
        Spec = secret.Spec.ToWire(),
        Internal = secret.Internal,
    };

    public static Secret ToRecord(this Protos.Secret wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = (wire.Spec ?? new()).ToRecord(),
        Internal = wire.Internal,
    };

    public static Protos.SecretSpec ToWire(this SecretSpec spec) => new()
    {
        Annotations = CommonMapping.ToAnnotations(spec.Name, spec.Labels, spec.Indices),
        Data = spec.Data.ToWire(),
        Templating = spec.Templating.ToWire(),
        Driver = spec.Driver.ToWire(),
    };

    public static SecretSpec ToRecord(this Protos.SecretSpec wire)
    {
        var annotations = wire.Annotations.ToRecord();
        return new()
        {
            Name = annotations.Name,
            Labels = annotations.Labels,
            Indices = annotations.Indices,
            Data = wire.Data.ToBytes(),
            Templating = wire.Templating.ToRecord(),
            Driver = wire.Driver.ToRecord(),
        };
    }

    public static Protos.Config ToWire(this Config config) => new()
    {
        Id = config.Id.ToString(),
        Meta = config.ToMeta(),
        Spec = config.Spec.ToWire(),
    };

    public static Config ToRecord(this Protos.Config wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = (wire.Spec ?? new()).ToRecord(),
    };

    public static Protos.ConfigSpec ToWire(this ConfigSpec spec) => new()
    {
        Annotations = CommonMapping.ToAnnotations(spec.Name, spec.Labels, spec.Indices),
        Data = spec.Data.ToWire(),
        Templating = spec.Templating.ToWire(),
    };

    public static ConfigSpec ToRecord(this Protos.ConfigSpec wire)
    {
        var annotations = wire.Annotations.ToRecord();
        return new()
        {
            Name = annotations.Name,
            Labels = annotations.Labels,
            Indices = annotations.Indices,
            Data = wire.Data.ToBytes(),
            Templating = wire.Templating.ToRecord(),
        };
    }
}
