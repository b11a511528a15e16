namespace Swarm.Timing;

/// <summary>The end of a wait, which comes when it should also where the wall clock is set meanwhile.</summary>
internal readonly struct Deadline(TimeProvider time, TimeSpan span)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Time that is left; zero or less when it is over.</summary>
    public TimeSpan Left => span - time.GetElapsedTime(_start);

    /// <summary>Whether it is over.</summary>
    public bool HasPassed => Left <= TimeSpan.Zero;
}
