using Google.Protobuf.WellKnownTypes;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>What many messages are made of.</summary>
internal static class CommonMapping
{
    public static Protos.Meta ToMeta(this ClusterObject value) => new()
    {
        Version = value.Version.ToWire(),
        CreatedAt = value.CreatedAt.ToWire(),
        UpdatedAt = value.UpdatedAt.ToWire(),
    };

    public static Protos.Version ToWire(this ObjectVersion version) => new() { Index = version.Index };

    public static ObjectVersion ToRecord(this Protos.Version? version) => new(version?.Index ?? 0);

    public static ObjectVersion? ToOptionalRecord(this Protos.Version? version) =>
        version is null ? null : new(version.Index);

    public static Protos.Annotations ToWire(this Annotations annotations) =>
        ToAnnotations(annotations.Name, annotations.Labels, annotations.Indices);

    public static Protos.Annotations ToAnnotations(
        string name,
        ValueDictionary<string> labels,
        ValueList<IndexEntry> indices)
    {
        var wire = new Protos.Annotations { Name = name };
        wire.Labels.Fill(labels);
        wire.Indices.Fill(indices, index => new Protos.IndexEntry { Key = index.Key, Val = index.Value });
        return wire;
    }

    public static Annotations ToRecord(this Protos.Annotations? wire)
    {
        if (wire is null || (wire.Name.Length == 0 && wire.Labels.Count == 0 && wire.Indices.Count == 0))
        {
            return Annotations.Empty;
        }

        return new()
        {
            Name = wire.Name,
            Labels = wire.Labels.ToMap(),
            Indices = wire.Indices.ToList(index => new IndexEntry(index.Key, index.Val)),
        };
    }

    public static Protos.Driver? ToWire(this Driver? driver)
    {
        if (driver is null)
        {
            return null;
        }

        var wire = new Protos.Driver { Name = driver.Name };
        wire.Options.Fill(driver.Options);
        return wire;
    }

    public static Driver? ToRecord(this Protos.Driver? wire) =>
        wire is null ? null : new(wire.Name, wire.Options.ToMap());

    public static Protos.GenericResource ToWire(this GenericResource resource) => resource switch
    {
        NamedResource named => new()
        {
            NamedResourceSpec = new() { Kind = named.ResourceKind, Value = named.Value },
        },
        DiscreteResource discrete => new()
        {
            DiscreteResourceSpec = new() { Kind = discrete.ResourceKind, Value = discrete.Amount },
        },
        _ => throw WireErrors.OutOfRange("generic resource", resource),
    };

    public static GenericResource ToRecord(this Protos.GenericResource wire) => wire switch
    {
        { NamedResourceSpec: { } named } => new NamedResource(named.Kind, named.Value),
        { DiscreteResourceSpec: { } discrete } => new DiscreteResource(discrete.Kind, discrete.Value),
        _ => throw WireErrors.Missing("kind of a generic resource"),
    };

    public static Protos.Resources ToWire(this NodeResources resources)
    {
        var wire = new Protos.Resources { NanoCpus = resources.NanoCpus, MemoryBytes = resources.MemoryBytes };
        wire.Generic.Fill(resources.Generic, ToWire);
        return wire;
    }

    public static NodeResources ToRecord(this Protos.Resources wire) => new()
    {
        NanoCpus = wire.NanoCpus,
        MemoryBytes = wire.MemoryBytes,
        Generic = wire.Generic.ToList(ToRecord),
    };

    public static Protos.Platform ToWire(this Platform platform) => new()
    {
        Architecture = platform.Architecture,
        Os = platform.OperatingSystem,
    };

    public static Platform ToRecord(this Protos.Platform wire) => new(wire.Architecture, wire.Os);

    public static Protos.EncryptionKey ToWire(this EncryptionKey key) => new()
    {
        Subsystem = key.Subsystem,
        Algorithm = (Protos.EncryptionKey.Types.Algorithm)key.Algorithm,
        Key = key.Key.ToWire(),
        LamportTime = key.LamportTime,
    };

    public static EncryptionKey ToRecord(this Protos.EncryptionKey wire) => new(
        wire.Subsystem,
        wire.Key.ToBytes(),
        (EncryptionAlgorithm)wire.Algorithm,
        wire.LamportTime);

    public static Any? ToWire(this TypedPayload? payload) =>
        payload is null ? null : new() { TypeUrl = payload.Type, Value = payload.Data.ToWire() };

    public static TypedPayload? ToRecord(this Any? wire) =>
        wire is null ? null : new(wire.TypeUrl, wire.Value.ToBytes());
}
