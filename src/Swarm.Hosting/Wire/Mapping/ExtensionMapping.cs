namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Extensions and their resources.</summary>
internal static class ExtensionMapping
{
    public static Protos.Resource ToWire(this Resource resource) => new()
    {
        Id = resource.Id.ToString(),
        Meta = resource.ToMeta(),
        Annotations = resource.Annotations.ToWire(),
        Kind = resource.ResourceKind,
        Payload = resource.Payload.ToWire(),
    };

    public static Resource ToRecord(this Protos.Resource wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Annotations = wire.Annotations.ToRecord(),
        ResourceKind = wire.Kind,
        Payload = wire.Payload.ToRecord(),
    };

    public static Protos.Extension ToWire(this Extension extension) => new()
    {
        Id = extension.Id.ToString(),
        Meta = extension.ToMeta(),
        Annotations = extension.Annotations.ToWire(),
        Description = extension.Description,
    };

    public static Extension ToRecord(this Protos.Extension wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Annotations = wire.Annotations.ToRecord(),
        Description = wire.Description,
    };
}
