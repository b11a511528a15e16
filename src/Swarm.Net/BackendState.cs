namespace Swarm.Net;

/// <summary>Whether a back end takes part.</summary>
public enum BackendState
{
    /// <summary>Gets connections.</summary>
    Active = 0,

    /// <summary>
    /// Keeps what it has and gets nothing new, unless no other back end is left: a last one that is about to stop is
    /// better than none.
    /// </summary>
    Draining = 1,
}
