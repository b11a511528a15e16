namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Remembers conversions, so that equal parts of many objects are converted and kept once.</summary>
/// <remarks>Holds at most 4096 of them, then starts afresh. Not thread-safe.</remarks>
internal sealed class Shared<TFrom, TTo>(Func<TFrom, TTo> convert, IEqualityComparer<TFrom>? comparer = null)
    where TFrom : notnull
{
    public const int Capacity = 4096;

    private readonly Dictionary<TFrom, TTo> _known = new(comparer);

    public TTo Of(TFrom value)
    {
        if (_known.TryGetValue(value, out var known))
        {
            return known;
        }

        var converted = convert(value);
        if (_known.Count == Capacity)
        {
            _known.Clear();
        }

        _known.Add(value, converted);
        return converted;
    }
}

/// <summary>
/// Messages of the parts that tasks share. Records are told apart by reference: the tasks of a service share them.
/// </summary>
internal sealed class SharedMessages
{
    public Shared<TaskSpec, Protos.TaskSpec> TaskSpecs { get; } =
        new(spec => spec.ToWire(), ReferenceEqualityComparer.Instance);

    public Shared<Annotations, Protos.Annotations> Annotations { get; } =
        new(annotations => annotations.ToWire(), ReferenceEqualityComparer.Instance);

    public Shared<ServiceEndpoint, Protos.Endpoint> Endpoints { get; } =
        new(endpoint => endpoint.ToWire(), ReferenceEqualityComparer.Instance);

    public Shared<Network, Protos.Network> Networks { get; } =
        new(network => network.ToWire(), ReferenceEqualityComparer.Instance);
}

/// <summary>
/// Records of the parts that tasks share. Messages are told apart by content, as every decoded task has parts of its
/// own; none may be changed after it was converted.
/// </summary>
internal sealed class SharedRecords
{
    private readonly Shared<string, string> _texts = new(text => text, StringComparer.Ordinal);

    public Shared<Protos.TaskSpec, TaskSpec> TaskSpecs { get; } = new(spec => spec.ToRecord());

    public Shared<Protos.Annotations, Annotations> Annotations { get; } = new(annotations => annotations.ToRecord());

    public Shared<Protos.Endpoint, ServiceEndpoint> Endpoints { get; } = new(endpoint => endpoint.ToRecord());

    public Shared<Protos.Network, Network> Networks { get; } = new(network => network.ToRecord());

    /// <summary>The same text as one instance.</summary>
    public string Text(string text) => _texts.Of(text);
}
