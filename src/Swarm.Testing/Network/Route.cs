namespace Swarm.Testing;

/// <summary>
/// A connection of one node to another, perhaps passed on by a third: in order, without loss, until it breaks.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="hops">The nodes on the way, as they are since their last start.</param>
internal sealed class Route(TestNetwork network, params NodeProcess[] hops)
{
    /// <summary>Until a connection to a machine that says nothing is given up.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Until both ends of a broken connection know.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private DateTimeOffset _lastForth;
    private DateTimeOffset _lastBack;

    public NodeProcess From => hops[0];

    public NodeProcess To => hops[^1];

    /// <summary>Whether a message would arrive.</summary>
    public bool IsOpen
    {
        get
        {
            for (var i = 0; i < hops.Length; i++)
            {
                if (!hops[i].IsRunning || (i > 0 && !network.IsOpen(hops[i - 1].Node, hops[i].Node)))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Why the other side cannot be reached, and after which time that is known.</summary>
    public (TimeSpan After, SwarmException Error) Refusal => hops.All(hop => hop.IsRunning)
        ? (ConnectTimeout, Unavailable("the connection timed out"))
        : (network.DrawLatency(), Unavailable("the connection was refused"));

    public static SwarmException Unavailable(string message) => new(SwarmErrorCode.Unavailable, message);

    /// <summary>Does something at the other end when the message is there.</summary>
    public void Forth(Action arrived, Action broken) => Send(ref _lastForth, arrived, broken);

    /// <summary>Does something at this end when the message is there.</summary>
    public void Back(Action arrived, Action broken) => Send(ref _lastBack, arrived, broken);

    /// <summary>Does something when a connection that broke is known to be broken.</summary>
    public void Later(TimeSpan wait, Action action) => network.After(wait, action);

    private void Send(ref DateTimeOffset last, Action arrived, Action broken)
    {
        if (!IsOpen)
        {
            broken();
            return;
        }

        var arrival = network.Now + (network.DrawLatency() * (hops.Length - 1));
        last = arrival > last ? arrival : last;
        network.After(last - network.Now, () =>
        {
            if (IsOpen)
            {
                arrived();
            }
            else
            {
                broken();
            }
        });
    }
}
