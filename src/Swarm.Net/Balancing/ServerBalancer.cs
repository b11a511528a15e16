using System.Collections.Immutable;
using System.Net;

namespace Swarm.Net.Balancing;

/// <summary>
/// Chooses back ends for one virtual server. Any number of threads pick; one at a time updates, and swaps the table as
/// a whole.
/// </summary>
internal sealed class ServerBalancer
{
    private readonly PickCursor _cursor = new();
    private PickTable _table = PickTable.Empty;
    private AffinityTable? _affinity;
    private VirtualServer? _server;
    private BackendSlot[] _slots = [];

    /// <summary>Every back end that was last named, drained ones included.</summary>
    public ReadOnlySpan<BackendSlot> Slots => Volatile.Read(ref _slots);

    /// <summary>Chooses for a new connection; null when there is no back end at all.</summary>
    public BackendSlot? Pick(in FlowKey flow, long now)
    {
        if (Volatile.Read(ref _affinity) is not { } affinity)
        {
            return Volatile.Read(ref _table).Pick(flow);
        }

        if (affinity.Find(flow, now) is { } known)
        {
            return known;
        }

        var slot = Volatile.Read(ref _table).Pick(flow);
        if (slot is not null)
        {
            affinity.Remember(flow, slot, now);
        }

        return slot;
    }

    /// <summary>Takes over a new state.</summary>
    /// <param name="server">The state.</param>
    /// <param name="drainDeadline">When connections of those that are now drained or gone are cut.</param>
    /// <param name="second">Ticks of a second.</param>
    /// <returns>False when nothing has changed.</returns>
    public bool Update(VirtualServer server, long drainDeadline, long second)
    {
        if (_server is { } last
            && last.Balancer == server.Balancer
            && last.Affinity == server.Affinity
            && AreEqual(last.Backends, server.Backends))
        {
            _server = server;
            return false;
        }

        var slots = Match(server.Backends, drainDeadline);
        if (_server?.Affinity != server.Affinity)
        {
            Volatile.Write(
                ref _affinity,
                server.Affinity is { } time ? new AffinityTable((long)(time.TotalSeconds * second)) : null);
        }

        var active = ActiveOf(slots);
        Volatile.Write(ref _slots, slots);
        Volatile.Write(
            ref _table,
            PickTable.Create(server.Balancer, active.Length > 0 ? active : slots, _cursor));
        _server = server;
        return true;
    }

    private static bool AreEqual(ImmutableArray<Backend> left, ImmutableArray<Backend> right) =>
        left == right || left.AsSpan().SequenceEqual(right.AsSpan());

    private static BackendSlot[] ActiveOf(BackendSlot[] slots)
    {
        var count = 0;
        foreach (var slot in slots)
        {
            count += slot.IsActive ? 1 : 0;
        }

        if (count == slots.Length)
        {
            return slots;
        }

        var active = new BackendSlot[count];
        foreach (var slot in slots)
        {
            if (slot.IsActive)
            {
                active[^count--] = slot;
            }
        }

        return active;
    }

    private static Dictionary<(IPAddress Address, int Port), BackendSlot> ByPlace(BackendSlot[] slots)
    {
        var places = new Dictionary<(IPAddress, int), BackendSlot>(slots.Length);
        foreach (var slot in slots)
        {
            places[(slot.Backend.Address, slot.Backend.Port)] = slot;
        }

        return places;
    }

    // Lists mostly stay as they were, and then no search is needed.
    private BackendSlot[] Match(ImmutableArray<Backend> backends, long drainDeadline)
    {
        var old = _slots;
        Dictionary<(IPAddress Address, int Port), BackendSlot>? others = null;
        var slots = new BackendSlot[backends.Length];
        var kept = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            var backend = backends[i];
            BackendSlot? slot = null;
            if (i < old.Length && ReferenceEquals(old[i].Backend, backend))
            {
                slots[i] = old[i];
                kept++;
                continue;
            }

            if (i < old.Length && old[i].Backend.IsSamePlace(backend))
            {
                slot = old[i];
            }
            else if (old.Length > 0)
            {
                others ??= ByPlace(old);
                others.TryGetValue((backend.Address, backend.Port), out slot);
            }

            kept += slot is null ? 0 : 1;
            slots[i] = slot ?? new BackendSlot(backend);
            slots[i].Update(backend, drainDeadline);
        }

        if (kept < old.Length)
        {
            foreach (var gone in old.Except(slots))
            {
                gone.Drain(drainDeadline);
            }
        }

        return slots;
    }
}
