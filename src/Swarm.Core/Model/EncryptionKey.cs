namespace Swarm;

/// <summary>A symmetric key that the managers hand out.</summary>
/// <param name="Subsystem">
/// What it is for: <see cref="ManagerSubsystem"/>, <c>networking:gossip</c> or <c>networking:ipsec</c>.
/// </param>
/// <param name="Key">The key; never shown by reads.</param>
/// <param name="Algorithm">What it is used with.</param>
/// <param name="LamportTime">Orders the keys of a subsystem; grows with each rotation.</param>
public sealed record EncryptionKey(
    string Subsystem,
    ValueList<byte> Key,
    EncryptionAlgorithm Algorithm = EncryptionAlgorithm.Aes128Gcm,
    ulong LamportTime = 0)
{
    /// <summary>Subsystem of the key that unlocks managers (SwarmKit's name of the manager role).</summary>
    public const string ManagerSubsystem = "swarm-manager";

    /// <summary>Everything but the key.</summary>
    /// <returns>A description without secrets.</returns>
    public override string ToString() => $"EncryptionKey {{ Subsystem = {Subsystem}, LamportTime = {LamportTime} }}";
}

/// <summary>What an <see cref="EncryptionKey"/> is used with; numbers are SwarmKit's.</summary>
public enum EncryptionAlgorithm
{
    /// <summary>AES with 128 bits in Galois counter mode.</summary>
    Aes128Gcm = 0,
}
