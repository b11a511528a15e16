namespace Swarm.Secrets;

/// <summary>How the values of secrets lie in the store, and with it in the log and in snapshots.</summary>
public enum SecretStorage
{
    /// <summary>Encrypted, each with a key of its own that an <see cref="IKeyProvider"/> wraps.</summary>
    Sealed = 0,

    /// <summary>As they are, which is the only form that Docker's own managers in the same quorum can read.</summary>
    Plain = 1,
}
