using System.Collections.Immutable;
using Swarm.Net.Balancing;

namespace Swarm.Net.Userspace;

/// <summary>The virtual server of a port as it is now, and its balancer.</summary>
internal sealed class PortState(RelayContext context)
{
    private VirtualServer? _server;
    private int _open;

    public RelayContext Context => context;

    public ServerBalancer Balancer { get; } = new();

    /// <summary>Connections that have a place.</summary>
    public int Open => Volatile.Read(ref _open);

    public VirtualServer Server => Volatile.Read(ref _server)!;

    public void Update(VirtualServer server)
    {
        Volatile.Write(ref _server, server);
        Balancer.Update(server, context.After(server.DrainTimeout), context.Second);
    }

    /// <summary>Takes a place for a connection; false when the server or the plane is full.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= Server.MaxConnections && context.TryEnter())
        {
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _open);
        context.Leave();
    }

    /// <summary>The next back end to try, different from those that were tried; null when there is none.</summary>
    public BackendSlot? Next(in FlowKey flow, List<BackendSlot>? tried)
    {
        var now = context.Now;
        var picked = Balancer.Pick(flow, now);
        if (picked is null || (picked.AvoidUntil <= now && tried?.Contains(picked) != true))
        {
            return picked;
        }

        // Whoever could be reached lately comes first, then anyone else, drained ones last. Clients begin at different
        // places, or what one cannot take would all go to the same other one.
        var slots = Balancer.Slots;
        var (best, bestRank) = ((BackendSlot?)null, int.MaxValue);
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[(int)((flow.FlowHash + (uint)i) % (uint)slots.Length)];
            var rank = tried?.Contains(slot) == true ? int.MaxValue : Rank(slot, now);
            (best, bestRank) = rank < bestRank ? (slot, rank) : (best, bestRank);
        }

        return best;
    }

    public void Count(Frontend frontend, ImmutableArray<BackendCounters>.Builder counters)
    {
        foreach (var slot in Balancer.Slots)
        {
            counters.Add(new BackendCounters(
                frontend,
                slot.Backend,
                slot.ActiveConnections,
                slot.TotalConnections,
                slot.ConnectFailures));
        }
    }

    private static int Rank(BackendSlot slot, long now) =>
        (slot.IsActive ? 0 : 2) + (slot.AvoidUntil <= now ? 0 : 1);
}
