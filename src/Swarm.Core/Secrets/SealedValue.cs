using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Swarm.Secrets;

/// <summary>
/// An encrypted value as it lies in the store: marker, key id, wrapped data key, nonce, tag, ciphertext (AES-256-GCM).
/// </summary>
/// <remarks>
/// The form tells itself from plain values by its marker, because the log has one field of bytes for both. The id of
/// the
/// secret is authenticated with the ciphertext: a value copied to another secret does not open.
/// </remarks>
internal static class SealedValue
{
    public const int DataKeySize = 32;
    public const int NonceSize = 12;

    private const int TagSize = 16;
    private const int MaxKeyIdSize = 1024;
    private const int MaxWrappedSize = 4096;

    private static ReadOnlySpan<byte> Marker => "\0SWARM SEALED\0\u0001\n"u8;

    public static bool IsSealed(ReadOnlySpan<byte> data) => data.StartsWith(Marker);

    /// <summary>Encrypts a value.</summary>
    /// <exception cref="SwarmException">The provider gave an id or a wrapped key that is too long.</exception>
    public static byte[] Seal(
        string id,
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> dataKey,
        WrappedKey key,
        ReadOnlySpan<byte> nonce)
    {
        var keyId = Encoding.UTF8.GetBytes(key.KeyId);
        if (keyId.Length is 0 or > MaxKeyIdSize || key.Ciphertext.Length is 0 or > MaxWrappedSize)
        {
            throw SwarmException.FailedPrecondition(
                $"the key provider gave a key id of {keyId.Length} and a wrapped key of {key.Ciphertext.Length} bytes; "
                + $"1 to {MaxKeyIdSize} and 1 to {MaxWrappedSize} are allowed");
        }

        var headSize = Marker.Length + 2 + keyId.Length + 2 + key.Ciphertext.Length;
        var data = new byte[headSize + NonceSize + TagSize + value.Length];
        var rest = Put(data, Marker);
        rest = PutSized(rest, keyId);
        rest = PutSized(rest, key.Ciphertext.Span);
        nonce.CopyTo(rest);
        using var cipher = new AesGcm(dataKey, TagSize);
        cipher.Encrypt(nonce, value, rest[(NonceSize + TagSize)..], rest.Slice(NonceSize, TagSize), Bound(id));
        return data;
    }

    /// <summary>The key that opens a value.</summary>
    /// <exception cref="SwarmException">The value is damaged.</exception>
    public static WrappedKey KeyOf(ReadOnlySpan<byte> data)
    {
        Split(data, out var keyId, out var wrapped, out _);
        return new(Encoding.UTF8.GetString(keyId), wrapped.ToArray());
    }

    /// <summary>Decrypts a value.</summary>
    /// <exception cref="SwarmException">It is damaged, of another secret, or sealed with another key.</exception>
    public static byte[] Open(string id, ReadOnlySpan<byte> data, ReadOnlySpan<byte> dataKey)
    {
        Split(data, out _, out _, out var body);
        if (dataKey.Length != DataKeySize)
        {
            throw Damaged();
        }

        var value = new byte[body.Length - NonceSize - TagSize];
        try
        {
            using var cipher = new AesGcm(dataKey, TagSize);
            cipher.Decrypt(
                body[..NonceSize], body[(NonceSize + TagSize)..], body.Slice(NonceSize, TagSize), value, Bound(id));
            return value;
        }
        catch (CryptographicException)
        {
            throw Damaged();
        }
    }

    private static byte[] Bound(string id) => [.. Marker, .. Encoding.UTF8.GetBytes(id)];

    private static Span<byte> Put(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target);
        return target[bytes.Length..];
    }

    private static Span<byte> PutSized(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)bytes.Length);
        return Put(target[2..], bytes);
    }

    private static void Split(
        ReadOnlySpan<byte> data,
        out ReadOnlySpan<byte> keyId,
        out ReadOnlySpan<byte> wrapped,
        out ReadOnlySpan<byte> body)
    {
        if (!IsSealed(data))
        {
            throw Damaged();
        }

        keyId = TakeSized(data[Marker.Length..], out var rest);
        wrapped = TakeSized(rest, out body);
        if (body.Length < NonceSize + TagSize)
        {
            throw Damaged();
        }
    }

    private static ReadOnlySpan<byte> TakeSized(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> rest)
    {
        var size = data.Length < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(data);
        if (size > data.Length - 2)
        {
            throw Damaged();
        }

        rest = data[(2 + size)..];
        return data.Slice(2, size);
    }

    private static SwarmException Damaged() => SwarmException.FailedPrecondition(
        "the sealed value does not open: it is damaged, of another secret, or sealed with another key");
}
