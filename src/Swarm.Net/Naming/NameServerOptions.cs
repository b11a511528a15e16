using System.Net;

namespace Swarm.Net;

/// <summary>Options of <see cref="NameServer"/>.</summary>
public sealed class NameServerOptions
{
    /// <summary>Where it listens, over UDP and TCP.</summary>
    /// <value>Default: port 53 of 127.0.0.1.</value>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Loopback, 53);

    /// <summary>Servers that are asked, one after the other, for names that are none of ours.</summary>
    /// <value>Default: none; then such names do not exist.</value>
    public IList<IPEndPoint> Forwarders { get; } = [];

    /// <summary>How long an answer may be kept.</summary>
    /// <value>Default: 5 s. Docker's 600 s outlive many a task.</value>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a forwarder may take before the next one is asked.</summary>
    /// <value>Default: 4 s (Docker's).</value>
    public TimeSpan ForwardTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Most questions that wait for forwarders; further ones are refused.</summary>
    /// <value>Default: 1,024 (Docker's).</value>
    public int MaxForwards { get; set; } = 1_024;

    /// <summary>The clock.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
