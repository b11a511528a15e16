using System.Collections.Immutable;

namespace Swarm.Net.Userspace;

/// <summary>An open front end.</summary>
internal interface IPort
{
    /// <summary>Takes over what its virtual server is now; the front end is the same.</summary>
    void Update(VirtualServer server);

    /// <summary>Cuts what has had its time. Called every second or so.</summary>
    void Sweep(long now);

    /// <summary>Takes nobody in any more, at once; who is in may finish until the drain timeout is over.</summary>
    void Close();

    /// <summary>Whether nobody is in any more.</summary>
    bool IsEmpty { get; }

    /// <summary>Resets what is open.</summary>
    void Cut();

    void Count(ImmutableArray<BackendCounters>.Builder counters);
}
