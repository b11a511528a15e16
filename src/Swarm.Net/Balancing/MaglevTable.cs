namespace Swarm.Net.Balancing;

/// <summary>
/// Fills a table of a prime number of entries so that everyone gets its share, the same back ends make the same table
/// in every process, and little changes when one comes or goes (Eisenbud and others, Maglev, NSDI 2016, 3.4).
/// </summary>
internal static class MaglevTable
{
    /// <summary>Entries; the paper's smaller size.</summary>
    public const int Size = 65_537;

    /// <summary>Most back ends: entries are numbers of 16 bits.</summary>
    public const int MaxBackends = ushort.MaxValue;

    private const ushort Free = ushort.MaxValue;

    /// <summary>The index of a back end for every entry.</summary>
    public static ushort[] Build(ReadOnlySpan<BackendSlot> slots)
    {
        var seats = Order(slots);
        var most = seats.Max(seat => seat.Weight);
        var table = new ushort[Size];
        Array.Fill(table, Free);
        var filled = 0;
        while (true)
        {
            foreach (ref var seat in seats.AsSpan())
            {
                // The heaviest has every turn, the others as many as their weight says.
                seat.Credit += seat.Weight;
                if (seat.Credit < most)
                {
                    continue;
                }

                seat.Credit -= most;
                table[seat.Take(table)] = seat.Slot;
                if (++filled == Size)
                {
                    return table;
                }
            }
        }
    }

    // By key and not as given: the table must not depend on the order of a list.
    private static Seat[] Order(ReadOnlySpan<BackendSlot> slots)
    {
        var seats = new Seat[slots.Length];
        for (var i = 0; i < seats.Length; i++)
        {
            seats[i] = new Seat(slots[i], (ushort)i);
        }

        Array.Sort(seats, (left, right) => left.Key.CompareTo(right.Key));
        return seats;
    }

    private struct Seat(BackendSlot slot, ushort index)
    {
        private readonly uint _skip =
            Hashing.Scale((uint)Hashing.Finish(slot.Key ^ 0x5851_F42D_4C95_7F2D), Size - 1) + 1;
        private uint _place = Hashing.Scale((uint)slot.Key, Size);

        public readonly ulong Key = slot.Key;
        public readonly ushort Slot = index;
        public readonly long Weight = slot.Weight;
        public long Credit = 0;

        /// <summary>The next free entry in this one's own order of all entries.</summary>
        public uint Take(ushort[] table)
        {
            while (true)
            {
                var place = _place;
                _place += _skip;
                if (_place >= Size)
                {
                    _place -= Size;
                }

                if (table[place] == Free)
                {
                    return place;
                }
            }
        }
    }
}
