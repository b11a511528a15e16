using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Swarm.Hosting.Gossip;

/// <summary>
/// How messages of the gossip are encrypted on a connection: kind and length, which are authenticated too, then a
/// version, a nonce, the message and its tag.
/// </summary>
internal static class GossipEnvelope
{
    public const byte Kind = 10;

    /// <summary>Bytes of kind and length.</summary>
    public const int HeadLength = 5;

    private const byte Unpadded = 1;
    private const int VersionLength = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Opens a message with whichever key fits; null when none does.</summary>
    public static (byte[] Message, ValueList<byte> Key)? Open(
        ReadOnlySpan<byte> head,
        ReadOnlySpan<byte> body,
        IEnumerable<ValueList<byte>> keys)
    {
        const int least = VersionLength + NonceLength + TagLength;
        if (body.Length < least || body[0] != Unpadded)
        {
            return null;
        }

        var message = new byte[body.Length - least];
        foreach (var key in keys)
        {
            try
            {
                using var cipher = new AesGcm(key.AsSpan(), TagLength);
                cipher.Decrypt(
                    body.Slice(VersionLength, NonceLength),
                    body[(VersionLength + NonceLength)..^TagLength],
                    body[^TagLength..],
                    message,
                    head);
                return (message, key);
            }
            catch (AuthenticationTagMismatchException)
            {
                // Another key of the ring may fit.
            }
        }

        return null;
    }

    /// <summary>Seals a message.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> message, ValueList<byte> key)
    {
        var sealedMessage = new byte[HeadLength + VersionLength + NonceLength + message.Length + TagLength];
        var head = sealedMessage.AsSpan(0, HeadLength);
        var body = sealedMessage.AsSpan(HeadLength);
        head[0] = Kind;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], body.Length);
        body[0] = Unpadded;
        var nonce = body.Slice(VersionLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key.AsSpan(), TagLength);
        cipher.Encrypt(
            nonce,
            message,
            body[(VersionLength + NonceLength)..^TagLength],
            body[^TagLength..],
            head);
        return sealedMessage;
    }
}
