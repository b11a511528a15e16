using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace Swarm.Net.Overlay;

/// <summary>
/// What one machine encrypts with for another. Each direction has a key of its own, made of the one that all machines
/// share, so that no two ever use the same key with the same numbers.
/// </summary>
internal readonly struct DirectionKey
{
    private const int KeyAndSalt = 20;
    private const uint NotReserved = 0x8000_0000;

    private DirectionKey(Association association, byte[] bytes) => (Association, Bytes) = (association, bytes);

    public Association Association { get; }

    /// <summary>16 bytes of key and 4 of salt.</summary>
    public byte[] Bytes { get; }

    /// <summary>Works it out, the same on both machines. Pure.</summary>
    public static DirectionKey Of(OverlayKey key, IPAddress source, IPAddress target)
    {
        Span<byte> info = stackalloc byte[16];
        source.TryWriteBytes(info, out _);
        target.TryWriteBytes(info[4..], out _);
        BinaryPrimitives.WriteUInt64BigEndian(info[8..], key.Tag);
        Span<byte> output = stackalloc byte[KeyAndSalt + sizeof(uint)];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Secret.AsSpan(), output, "swarm overlay esp"u8, info);
        var spi = BinaryPrimitives.ReadUInt32BigEndian(output[KeyAndSalt..]) | NotReserved;
        return new DirectionKey(new Association(source, target, spi), output[..KeyAndSalt].ToArray());
    }
}
