namespace Swarm.Raft.Consensus;

/// <summary>How much of a run of entries goes into one message.</summary>
internal static class EntryLimit
{
    /// <summary>What an entry takes in memory besides its payload: empty ones are not free.</summary>
    public const int Overhead = 40;

    /// <summary>How many leading entries fit; at least one, so that a large one can travel at all.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="maxBytes">The most bytes.</param>
    /// <param name="maxEntries">The most entries.</param>
    public static int Fitting(ReadOnlySpan<Entry> entries, long maxBytes, int maxEntries)
    {
        var bytes = 0L;
        for (var i = 0; i < entries.Length; i++)
        {
            bytes += entries[i].EncodedSize;
            if (i > 0 && (bytes > maxBytes || i >= maxEntries))
            {
                return i;
            }
        }

        return entries.Length;
    }

    /// <summary>Bytes of payload.</summary>
    /// <param name="entries">The entries.</param>
    public static long PayloadBytes(ReadOnlySpan<Entry> entries)
    {
        var bytes = 0L;
        foreach (ref readonly var entry in entries)
        {
            bytes += entry.Data.Length;
        }

        return bytes;
    }
}
