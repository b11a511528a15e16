namespace Swarm.Hosting;

/// <summary>Settings of a worker that lives in this process.</summary>
public sealed class SwarmWorkerOptions
{
    /// <summary>Host name under which the node shows up; must differ from the other nodes of this process.</summary>
    /// <value>Default null: <c>worker-1</c>, <c>worker-2</c> and so on.</value>
    public string? NodeName { get; set; }

    /// <summary>Manager to join, as <c>host:port</c>; null joins the manager in the same process.</summary>
    /// <value>Default null.</value>
    public string? JoinAddress { get; set; }

    /// <summary>Token for <see cref="JoinAddress"/>.</summary>
    /// <value>Default null.</value>
    public string? JoinToken { get; set; }

    /// <summary>Labels of this node's engine, for placement by <c>engine.labels.X</c>.</summary>
    public IDictionary<string, string> EngineLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
