namespace Swarm;

/// <summary>What a caller should do about an error.</summary>
public enum SwarmErrorCode
{
    /// <summary>A defect; report it.</summary>
    Internal = 0,

    /// <summary>Fix the input.</summary>
    InvalidArgument = 1,

    /// <summary>Give up: there is no such object.</summary>
    NotFound = 2,

    /// <summary>Pick another name.</summary>
    AlreadyExists = 3,

    /// <summary>Change the state of the swarm first.</summary>
    FailedPrecondition = 4,

    /// <summary>Read the object again and reapply: it has changed meanwhile.</summary>
    UpdateOutOfSequence = 5,

    /// <summary>Retry later.</summary>
    Unavailable = 6,

    /// <summary>Give up: the operation does not exist.</summary>
    Unimplemented = 7,

    /// <summary>Give up: the caller may not.</summary>
    PermissionDenied = 8,

    /// <summary>Back off: a limit was reached.</summary>
    ResourceExhausted = 9,

    /// <summary>Retry later: there is no leader.</summary>
    NoLeader = 10,

    /// <summary>List again and resume from there: the history asked for is gone, or the reader was too slow.</summary>
    ResyncRequired = 11,

    /// <summary>Open a new session.</summary>
    SessionInvalid = 12,
}
