namespace Swarm.Net.Balancing;

/// <summary>
/// Remembers which back end a client had. Of bounded size: two clients whose hashes meet push each other out, and are
/// then balanced like new ones.
/// </summary>
/// <param name="lifetime">How long a client is remembered after its last connection, in the plane's ticks.</param>
internal sealed class AffinityTable(long lifetime)
{
    private const int Size = 1 << 14;

    private readonly Entry?[] _entries = new Entry?[Size];

    /// <summary>The back end of a client that is known, while it still gets connections.</summary>
    public BackendSlot? Find(in FlowKey flow, long now)
    {
        var entry = Volatile.Read(ref _entries[flow.AddressHash & (Size - 1)]);
        if (entry is null
            || entry.High != flow.High
            || entry.Low != flow.Low
            || !entry.Slot.IsActive
            || now - entry.LastSeen > lifetime)
        {
            return null;
        }

        entry.LastSeen = now;
        return entry.Slot;
    }

    public void Remember(in FlowKey flow, BackendSlot slot, long now) => Volatile.Write(
        ref _entries[flow.AddressHash & (Size - 1)],
        new Entry(flow.High, flow.Low, slot) { LastSeen = now });

    private sealed class Entry(ulong high, ulong low, BackendSlot slot)
    {
        public ulong High => high;

        public ulong Low => low;

        public BackendSlot Slot => slot;

        public long LastSeen { get; set; }
    }
}
