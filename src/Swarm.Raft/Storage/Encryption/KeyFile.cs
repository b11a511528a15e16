using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Encryption;

/// <summary>
/// The wrapped data keys of a log, oldest first, in one small file that is only ever replaced whole. Another wrapping
/// key rewrites this file and nothing else.
/// </summary>
internal static class KeyFile
{
    private const int MaxSize = 1024 * 1024;
    private const int MaxKeys = 64;
    private const int MaxKeyIdSize = 1024;
    private const int MaxCiphertextSize = 16 * 1024;
    private const uint Format = 1;

    private static ReadOnlySpan<byte> Magic => "SWRAFTK1"u8;

    /// <summary>The keys, opened; null where there is no key file.</summary>
    public static async ValueTask<LogKeyRing?> LoadAsync(
        IFileSystem files, StorageLayout layout, ILogKeyProvider provider, CancellationToken cancellationToken)
    {
        var content = files.ReadSmall(layout.KeysPath, MaxSize);
        if (content is null)
        {
            return null;
        }

        var keys = new List<StoredLogKey>();
        foreach (var (id, wrapped) in Decode(layout.KeysPath, content))
        {
            var secret = await UnwrapAsync(layout.KeysPath, provider, wrapped, cancellationToken);
            keys.Add(new StoredLogKey(new LogKey(id, secret.Span), wrapped));
        }

        return new LogKeyRing(keys);
    }

    /// <summary>Closes a key for storing.</summary>
    public static async ValueTask<StoredLogKey> WrapAsync(
        ILogKeyProvider provider, LogKey key, CancellationToken cancellationToken)
    {
        var secret = key.Secret.ToArray();
        try
        {
            return new StoredLogKey(key, await provider.WrapAsync(secret, cancellationToken));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Puts the keys into place.</summary>
    public static void Save(IFileSystem files, StorageLayout layout, IReadOnlyList<StoredLogKey> keys)
    {
        if (keys.Count > MaxKeys)
        {
            throw new InvalidOperationException(
                $"The log has {keys.Count} data keys, more than the {MaxKeys} allowed. "
                + "Take a snapshot and compact, so that older keys are no longer needed, before rotating again.");
        }

        using var buffer = new MemoryStream();
        buffer.Write(Magic);
        WriteNumber(buffer, Format);
        WriteNumber(buffer, (uint)keys.Count);
        foreach (var (key, wrapped) in keys)
        {
            buffer.Write(key.Id.ToByteArray());
            WriteBytes(buffer, Encoding.UTF8.GetBytes(wrapped.KeyId), MaxKeyIdSize);
            WriteBytes(buffer, wrapped.Ciphertext.Span, MaxCiphertextSize);
        }

        WriteNumber(buffer, Crc32C.Compute(0, buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
        files.Replace(layout.Root, StorageLayout.KeysName, buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static async ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(
        string path, ILogKeyProvider provider, WrappedLogKey wrapped, CancellationToken cancellationToken)
    {
        try
        {
            var key = await provider.UnwrapAsync(wrapped, cancellationToken);
            return key.Length == LogKey.Size
                ? key
                : throw new CryptographicException($"the data key has {key.Length} bytes instead of {LogKey.Size}");
        }
        catch (CryptographicException exception)
        {
            throw new RaftStorageCorruptException(path, 0, StorageDamage.WrongKey, exception.Message, exception);
        }
    }

    private static List<(Guid Id, WrappedLogKey Key)> Decode(string path, ReadOnlySpan<byte> content)
    {
        const int Prefix = 16;
        if (content.Length < Prefix + sizeof(uint)
            || !content.StartsWith(Magic)
            || Crc32C.Compute(0, content[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(content[^4..]))
        {
            throw new RaftStorageCorruptException(
                path, 0, StorageDamage.Unreadable, "the key file's checksum is wrong");
        }

        var format = BinaryPrimitives.ReadUInt32LittleEndian(content[8..]);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(content[12..]);
        if (format != Format || count is 0 or > MaxKeys)
        {
            throw new RaftStorageCorruptException(
                path, 8, StorageDamage.UnknownFormat, $"the key file has format {format} and {count} keys");
        }

        var rest = content[Prefix..^4];
        var keys = new List<(Guid, WrappedLogKey)>((int)count);
        for (var i = 0; i < count; i++)
        {
            var id = new Guid(Take(path, ref rest, 16));
            var keyId = Encoding.UTF8.GetString(TakeBytes(path, ref rest));
            keys.Add((id, new WrappedLogKey(keyId, TakeBytes(path, ref rest).ToArray())));
        }

        return keys;
    }

    private static ReadOnlySpan<byte> TakeBytes(string path, ref ReadOnlySpan<byte> rest) =>
        Take(path, ref rest, BinaryPrimitives.ReadUInt32LittleEndian(Take(path, ref rest, sizeof(uint))));

    private static ReadOnlySpan<byte> Take(string path, ref ReadOnlySpan<byte> rest, uint count)
    {
        if (count > rest.Length)
        {
            throw new RaftStorageCorruptException(path, 0, StorageDamage.Unreadable, "the key file ends inside a key");
        }

        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    private static void WriteBytes(MemoryStream buffer, ReadOnlySpan<byte> bytes, int limit)
    {
        if (bytes.Length > limit)
        {
            throw new InvalidOperationException(
                $"The key provider returned {bytes.Length} bytes where {limit} are the limit; nothing was changed.");
        }

        WriteNumber(buffer, (uint)bytes.Length);
        buffer.Write(bytes);
    }

    private static void WriteNumber(MemoryStream buffer, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        buffer.Write(bytes);
    }
}
