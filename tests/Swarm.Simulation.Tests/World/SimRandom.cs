namespace Swarm.Simulation.Tests;

/// <summary>Random numbers that are the same for a seed on every machine and every version of the runtime (splitmix64).</summary>
internal sealed class SimRandom(ulong seed) : Random(0)
{
    private ulong _state = seed;

    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        var value = _state;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public override int Next(int maxValue) => (int)(((NextUInt64() >> 32) * (ulong)maxValue) >> 32);

    public override int Next() => Next(int.MaxValue);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref var item in buffer)
        {
            item = (byte)NextUInt64();
        }
    }

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    /// <summary>True so many times in a thousand.</summary>
    public bool Chance(int perMille) => perMille > 0 && Next(1000) < perMille;

    public T Pick<T>(params ReadOnlySpan<T> items) => items[Next(items.Length)];

    /// <summary>A generator of its own, so that more use of one does not change another.</summary>
    public SimRandom Split() => new(NextUInt64());
}
