using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Swarm.Raft.Storage.Encryption;

/// <summary>How the records of a file are encrypted. The numbers are on disk.</summary>
internal enum CipherKind : byte
{
    Aes256Gcm = 1,
    ChaCha20Poly1305 = 2,
}

/// <summary>
/// The cipher of one file. Its key is derived for that file alone from a random salt, and numbers are used as nonces;
/// a file is only ever written by the run that made it, and each number once, so that no nonce comes twice under a
/// key.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal sealed class RecordCipher : IDisposable
{
    public const int TagSize = 16;
    public const int SaltSize = 32;

    /// <summary>The number under which the header of a file is authenticated; records count from 0.</summary>
    public const ulong HeaderNumber = ulong.MaxValue;

    private const int NonceSize = 12;

    private readonly AesGcm? _aes;
    private readonly ChaCha20Poly1305? _chaCha;

    public RecordCipher(CipherKind kind, LogKey key, ReadOnlySpan<byte> salt, FileIdentity identity)
    {
        Span<byte> subkey = stackalloc byte[LogKey.Size];
        Span<byte> info = stackalloc byte[FileIdentity.MaxSize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Secret, subkey, salt, info[..identity.Write(info)]);
        if (kind == CipherKind.Aes256Gcm)
        {
            _aes = new AesGcm(subkey, TagSize);
        }
        else
        {
            _chaCha = new ChaCha20Poly1305(subkey);
        }

        CryptographicOperations.ZeroMemory(subkey);
    }

    /// <summary>AES where the processor has instructions for it, else ChaCha20, which is faster in plain code.</summary>
    public static CipherKind Preferred { get; } =
        AesGcm.IsSupported
        && (System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported
            || !ChaCha20Poly1305.IsSupported)
            ? CipherKind.Aes256Gcm
            : CipherKind.ChaCha20Poly1305;

    public void Seal(
        ulong number, ReadOnlySpan<byte> plain, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, number);
        if (_aes is not null)
        {
            _aes.Encrypt(nonce, plain, ciphertext, tag, associated);
        }
        else
        {
            _chaCha!.Encrypt(nonce, plain, ciphertext, tag, associated);
        }
    }

    /// <summary>False when key, number, associated data, ciphertext or tag is not what it was.</summary>
    public bool TryOpen(
        ulong number,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plain,
        ReadOnlySpan<byte> associated)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, number);
        try
        {
            if (_aes is not null)
            {
                _aes.Decrypt(nonce, ciphertext, tag, plain, associated);
            }
            else
            {
                _chaCha!.Decrypt(nonce, ciphertext, tag, plain, associated);
            }

            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _aes?.Dispose();
        _chaCha?.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteNonce(Span<byte> nonce, ulong number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], number);
    }
}

/// <summary>What a file is, as part of its key: a record that is moved to another file does not authenticate there.</summary>
/// <param name="Label">Kind and version of the file.</param>
/// <param name="LogId">Whose it is.</param>
/// <param name="First">Segment: sequence. Snapshot: term.</param>
/// <param name="Second">Segment: 0. Snapshot: index.</param>
internal readonly record struct FileIdentity(string Label, Guid LogId, ulong First, ulong Second)
{
    public const int MaxSize = 32 + 16 + 8 + 8;

    public static FileIdentity Segment(Guid logId, ulong sequence) => new("swarm-raft/wal/1", logId, sequence, 0);

    public static FileIdentity Snapshot(Guid logId, ulong term, ulong index) =>
        new("swarm-raft/snapshot/1", logId, term, index);

    public int Write(Span<byte> destination)
    {
        var length = Encoding.ASCII.GetBytes(Label, destination);
        LogId.TryWriteBytes(destination[length..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(length + 16)..], First);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(length + 24)..], Second);
        return length + 32;
    }
}
