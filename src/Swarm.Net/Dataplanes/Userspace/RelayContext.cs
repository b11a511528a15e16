using Microsoft.Extensions.Logging;

namespace Swarm.Net.Userspace;

/// <summary>What all front ends of a plane share.</summary>
internal sealed class RelayContext(UserspaceOptions options, ILogger logger)
{
    private int _open;

    public UserspaceOptions Options => options;

    public ILogger Logger => logger;

    public TimeProvider Time => options.Time;

    /// <summary>Ticks of a second in the plane's time.</summary>
    public long Second => options.Time.TimestampFrequency;

    public long Now => options.Time.GetTimestamp();

    public long After(TimeSpan time) => Now + TicksOf(time);

    public long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * Second);

    /// <summary>Takes a place for a connection; false when the plane is full.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= options.MaxConnections)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>
    /// Starts work of its own. Connections belong to no loop of the caller: on its scheduler they would wait for it.
    /// </summary>
    public static Task StartAsync(Func<Task> work) => Task.Factory
        .StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
        .Unwrap();
}
