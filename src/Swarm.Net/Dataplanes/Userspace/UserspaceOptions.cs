namespace Swarm.Net;

/// <summary>Options of <see cref="UserspaceDataplane"/>.</summary>
public sealed class UserspaceOptions
{
    private const int MostEventLoops = 16;

    /// <summary>How long a back end may take to accept.</summary>
    /// <value>Default: 3 s.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Most back ends tried for one connection; nothing has been sent to any of them by then.</summary>
    /// <value>Default: 8.</value>
    public int ConnectAttempts { get; set; } = 8;

    /// <summary>A connection on which nothing moves for so long is closed; null lets it be.</summary>
    /// <value>
    /// Default: null. Both sides are probed by TCP keep-alive, so that peers that have vanished are noticed.
    /// </value>
    public TimeSpan? TcpIdle { get; set; }

    /// <summary>The same for a connection that one side has finished.</summary>
    /// <value>Default: 60 s.</value>
    public TimeSpan HalfClosedIdle { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A UDP client that sends and gets nothing for so long is forgotten.</summary>
    /// <value>Default: 60 s.</value>
    public TimeSpan UdpIdle { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Most open connections and flows of all front ends.</summary>
    /// <value>Default: 65,536.</value>
    public int MaxConnections { get; set; } = 65_536;

    /// <summary>Bytes that one direction of a connection holds at most; then its sender has to wait.</summary>
    /// <value>Default: 32 KiB. What an event loop moves in bulk is in a pipe of the kernel instead, 64 KiB.</value>
    public int BufferBytes { get; set; } = 32 * 1024;

    /// <summary>
    /// Threads that carry TCP connections, each with an event loop of its own. Only on Linux; 0 leaves connections to
    /// the runtime's sockets there too, which takes about a third more time per request. They start with the first TCP
    /// front end.
    /// </summary>
    /// <value>Default: one per processor, 16 at most; 0 on other systems.</value>
    public int EventLoops { get; set; } =
        OperatingSystem.IsLinux() ? Math.Min(Environment.ProcessorCount, MostEventLoops) : 0;

    /// <summary>The clock.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
