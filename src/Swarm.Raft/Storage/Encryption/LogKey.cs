using System.Security.Cryptography;

namespace Swarm.Raft.Storage.Encryption;

/// <summary>A data key: from it the key of every segment and snapshot is derived.</summary>
internal sealed class LogKey : IDisposable
{
    public const int Size = 32;

    private readonly byte[] _secret;

    public LogKey(Guid id, ReadOnlySpan<byte> secret)
    {
        Id = id;
        _secret = GC.AllocateArray<byte>(Size, pinned: true);
        secret.CopyTo(_secret);
    }

    /// <summary>Written into every file that the key protects.</summary>
    public Guid Id { get; }

    public ReadOnlySpan<byte> Secret => _secret;

    public static LogKey Create(IRandomBytes random)
    {
        Span<byte> bytes = stackalloc byte[16 + Size];
        random.Fill(bytes);
        var key = new LogKey(new Guid(bytes[..16]), bytes[16..]);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}

/// <summary>Where keys, salts and ids come from.</summary>
internal interface IRandomBytes
{
    void Fill(Span<byte> destination);
}

/// <summary>The machine's own source.</summary>
internal sealed class SystemRandomBytes : IRandomBytes
{
    public static SystemRandomBytes Instance { get; } = new();

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
