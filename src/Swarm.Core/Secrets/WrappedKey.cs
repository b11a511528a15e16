namespace Swarm.Secrets;

/// <summary>A data key that only the holder of another key can use.</summary>
/// <param name="KeyId">The key it was wrapped with.</param>
/// <param name="Ciphertext">The wrapped data key, in a form only its provider knows.</param>
public sealed record WrappedKey(string KeyId, ReadOnlyMemory<byte> Ciphertext);
