namespace Swarm.Raft.Storage.Files.InMemory;

/// <summary>
/// The content of a file as programs see it and as it is on the platter. Apart from the two it knows which sectors
/// differ, so that a loss of power can keep, lose or garble each of them.
/// </summary>
internal sealed class InMemoryContent
{
    public const int Sector = 512;

    private readonly SortedSet<int> _dirty = [];
    private byte[] _seen = [];
    private byte[] _safe = [];
    private int _safeLength;

    public int Length { get; private set; }

    public int Read(Span<byte> destination, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        if (count > 0)
        {
            _seen.AsSpan((int)offset, count).CopyTo(destination);
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        var end = checked((int)(offset + source.Length));
        if (end > _seen.Length)
        {
            Array.Resize(ref _seen, Math.Max(end, 2 * _seen.Length));
        }

        source.CopyTo(_seen.AsSpan((int)offset));
        MarkDirty((int)Math.Min(offset, Length), end);
        Length = Math.Max(Length, end);
    }

    public void Truncate(int length)
    {
        if (length < Length)
        {
            _seen.AsSpan(length, Length - length).Clear();
            MarkDirty(length, Length);
        }
        else if (length > _seen.Length)
        {
            Array.Resize(ref _seen, length);
        }

        Length = length;
    }

    /// <summary>Changes bits on the platter, as a failing disk does.</summary>
    public void Damage(int offset, byte mask)
    {
        _seen[offset] ^= mask;
        _safe[offset] ^= mask;
    }

    public void Sync()
    {
        FitSafe();
        foreach (var sector in _dirty)
        {
            CopySector(_seen, _safe, sector);
        }

        _safeLength = Length;
        _dirty.Clear();
    }

    /// <summary>A flush that failed: the kernel takes the pages for clean and will not write them again.</summary>
    public void FailSync() => _dirty.Clear();

    /// <summary>What a loss of power leaves.</summary>
    public void LosePower(PowerLoss loss, Random random)
    {
        FitSafe();
        if (Choose(loss, random) != Fate.Old)
        {
            _safeLength = Length;
        }

        foreach (var sector in _dirty)
        {
            switch (Choose(loss, random))
            {
                case Fate.New:
                    CopySector(_seen, _safe, sector);
                    break;
                case Fate.Garbage:
                    random.NextBytes(_safe.AsSpan(sector * Sector, Math.Min(Sector, _safe.Length - (sector * Sector))));
                    break;
            }
        }

        _dirty.Clear();
        Length = _safeLength;
        _seen = _safe.AsSpan(0, Math.Min(Length, _safe.Length)).ToArray();
        Array.Resize(ref _seen, Length);
        _safe = [.. _seen];
    }

    private static Fate Choose(PowerLoss loss, Random random) => loss switch
    {
        PowerLoss.LosesEverything => Fate.Old,
        PowerLoss.KeepsEverything => Fate.New,
        _ => (Fate)random.Next(3),
    };

    private static void CopySector(byte[] from, byte[] to, int sector)
    {
        var start = sector * Sector;
        var count = Math.Min(Sector, Math.Min(from.Length, to.Length) - start);
        if (count > 0)
        {
            from.AsSpan(start, count).CopyTo(to.AsSpan(start));
        }
    }

    private void MarkDirty(int start, int end)
    {
        for (var sector = start / Sector; sector * Sector < end; sector++)
        {
            _dirty.Add(sector);
        }
    }

    private void FitSafe()
    {
        if (_safe.Length < _seen.Length)
        {
            Array.Resize(ref _safe, _seen.Length);
        }
    }

    private enum Fate
    {
        Old,
        New,
        Garbage,
    }
}

/// <summary>What of the writes that were not flushed a loss of power leaves.</summary>
internal enum PowerLoss
{
    /// <summary>None of them.</summary>
    LosesEverything,

    /// <summary>All of them.</summary>
    KeepsEverything,

    /// <summary>Each sector and each change of a directory has a fate of its own: gone, kept, or (sectors) garbage.</summary>
    TearsAtRandom,
}
