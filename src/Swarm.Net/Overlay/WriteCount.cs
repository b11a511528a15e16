namespace Swarm.Net.Overlay;

/// <summary>How often the kernel was told something.</summary>
internal sealed class WriteCount
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add() => Interlocked.Increment(ref _value);
}
