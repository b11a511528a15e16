namespace Swarm.Dashboard;

/// <summary>What the dashboard shows and allows.</summary>
public sealed class DashboardOptions
{
    /// <summary>
    /// Where the dashboard listens by itself: <c>http://127.0.0.1:9080</c>, with a loopback address or
    /// <c>localhost</c>. Only <c>AddSwarmDashboard</c> reads it.
    /// </summary>
    /// <value>Default null: no listener of its own.</value>
    public string? Endpoint { get; set; }

    /// <summary>
    /// Lets whoever reaches the dashboard change the swarm: scale, restart, roll back and remove services, activate,
    /// pause and drain nodes, remove nodes that are down.
    /// </summary>
    /// <value>Default false: the dashboard only shows.</value>
    public bool AllowActions { get; set; }

    /// <summary>Shows what tasks write.</summary>
    /// <value>Default true.</value>
    public bool ShowLogs { get; set; } = true;

    /// <summary>
    /// Shows the values of environment variables; their names are always shown. Contents of secrets and configs are
    /// never shown.
    /// </summary>
    /// <value>Default false.</value>
    public bool ShowEnvironment { get; set; }

    /// <summary>
    /// Host names, without port, that the dashboard answers to besides <c>localhost</c> and loopback addresses. A
    /// request that names another host is refused: it may come from a page that bent its own name to this machine.
    /// </summary>
    /// <value>Default empty.</value>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Tasks that one page gets at most, so that a page stays usable; further ones are left out.</summary>
    /// <value>Default 20,000.</value>
    public int MaxTasks { get; set; } = 20_000;

    /// <summary>Streams of changes and of output that are open at once; further ones are refused with 503.</summary>
    /// <value>Default 64.</value>
    public int MaxStreams { get; set; } = 64;
}
