namespace Swarm.Testing;

/// <summary>The network between the nodes of a test cluster: takes time, can be cut and mended.</summary>
/// <remarks>
/// Messages of the log may be lost on their own (<see cref="Loss"/>). Connections of agents lose nothing while they
/// last; one that runs into a cut breaks, and both ends learn of it after a while, as with TCP.
/// </remarks>
public sealed class TestNetwork
{
    private readonly HashSet<(string, string)> _cuts = [];
    private readonly TimeProvider _time;
    private readonly Random _random;

    internal TestNetwork(TimeProvider time, Random random) => (_time, _random) = (time, random);

    /// <summary>The shortest time that a message takes.</summary>
    /// <value>0.2 ms.</value>
    public TimeSpan MinLatency { get; set; } = TimeSpan.FromMicroseconds(200);

    /// <summary>The longest time that a message takes.</summary>
    /// <value>2 ms.</value>
    public TimeSpan MaxLatency { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The share of messages between managers that get lost.</summary>
    /// <value>0; 0 to 1.</value>
    public double Loss { get; set; }

    /// <summary>Lets nothing pass between two nodes.</summary>
    /// <param name="one">One of them.</param>
    /// <param name="other">The other one.</param>
    public void Cut(TestNode one, TestNode other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        _cuts.Add(Link(one.Name, other.Name));
    }

    /// <summary>Cuts a node off from all others of its cluster.</summary>
    /// <param name="node">The node.</param>
    public void Isolate(TestNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        foreach (var other in node.Cluster.Nodes.Where(other => other != node))
        {
            Cut(node, other);
        }
    }

    /// <summary>Splits the cluster in two: those named, and the others.</summary>
    /// <param name="side">One side.</param>
    public void Partition(params IReadOnlyCollection<TestNode> side)
    {
        ArgumentNullException.ThrowIfNull(side);
        foreach (var node in side)
        {
            foreach (var other in node.Cluster.Nodes.Except(side))
            {
                Cut(node, other);
            }
        }
    }

    /// <summary>Mends all cuts.</summary>
    public void Heal() => _cuts.Clear();

    /// <summary>Mends the cuts of one node.</summary>
    /// <param name="node">The node.</param>
    public void Heal(TestNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        _cuts.RemoveWhere(cut => cut.Item1 == node.Name || cut.Item2 == node.Name);
    }

    internal bool IsOpen(TestNode one, TestNode other) => one == other || !_cuts.Contains(Link(one.Name, other.Name));

    internal bool Loses() => Loss > 0 && _random.NextDouble() < Loss;

    internal TimeSpan DrawLatency() =>
        MinLatency + TimeSpan.FromTicks((long)(_random.NextDouble() * (MaxLatency - MinLatency).Ticks));

    internal void After(TimeSpan wait, Action action) => Later.Run(_time, wait, action);

    internal DateTimeOffset Now => _time.GetUtcNow();

    private static (string, string) Link(string one, string other) =>
        string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
