namespace Swarm;

/// <summary>Identifies a service: 25 characters <c>[0-9a-z]</c>.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct ServiceId(string Value)
{
    /// <summary>True for the default value, which names no service.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies a task: 25 characters <c>[0-9a-z]</c>.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct TaskId(string Value)
{
    /// <summary>True for the default value, which names no task.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies a node; equals the common name of its certificate.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct NodeId(string Value)
{
    /// <summary>True for the default value, which names no node; a task with it is unassigned.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies a network.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct NetworkId(string Value)
{
    /// <summary>True for the default value, which names no network.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies a secret.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct SecretId(string Value)
{
    /// <summary>True for the default value, which names no secret.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies a config.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct ConfigId(string Value)
{
    /// <summary>True for the default value, which names no config.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies a cluster volume.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct VolumeId(string Value)
{
    /// <summary>True for the default value, which names no volume.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies an extension's object.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct ResourceId(string Value)
{
    /// <summary>True for the default value, which names no object.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies an extension.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct ExtensionId(string Value)
{
    /// <summary>True for the default value, which names no extension.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Identifies the cluster; equals the organization in every node certificate.</summary>
/// <param name="Value">The id as text; null only in the default value.</param>
public readonly record struct ClusterId(string Value)
{
    /// <summary>True for the default value, which names no cluster.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>A position in the history of the store; grows with every committed transaction.</summary>
/// <param name="Index">The number; 0 before the first transaction.</param>
public readonly record struct ObjectVersion(ulong Index) : IComparable<ObjectVersion>
{
    /// <inheritdoc/>
    public int CompareTo(ObjectVersion other) => Index.CompareTo(other.Index);

    /// <inheritdoc/>
    public override string ToString() => Index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
