using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Swarm.Secrets;

/// <summary>
/// Keys encrypted for one manager, so that they can lie in the store: only the private key of its certificate opens
/// them (ECDH with a key made for this share alone, HKDF-SHA256, AES-256-GCM).
/// </summary>
internal static class KeyShare
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private static ReadOnlySpan<byte> Purpose => "swarm secret keys, share 1"u8;

    /// <summary>Encrypts keys for the holder of a certificate.</summary>
    /// <exception cref="CryptographicException">The certificate has no elliptic curve key.</exception>
    public static byte[] Seal(X509Certificate2 certificate, ReadOnlySpan<byte> keys)
    {
        using var recipient = PublicKeyOf(certificate);
        using var own = ECDiffieHellman.Create(recipient.ExportParameters(includePrivateParameters: false).Curve);
        var publicKey = own.ExportSubjectPublicKeyInfo();
        var share = new byte[2 + publicKey.Length + TagSize + keys.Length];
        BinaryPrimitives.WriteUInt16BigEndian(share, (ushort)publicKey.Length);
        publicKey.CopyTo(share.AsSpan(2));
        var body = share.AsSpan(2 + publicKey.Length);
        using var cipher = CipherOf(own, recipient.PublicKey, publicKey, recipient.ExportSubjectPublicKeyInfo());

        // The key of the cipher is used once, so its nonce can be fixed.
        cipher.Encrypt(stackalloc byte[NonceSize], keys, body[TagSize..], body[..TagSize]);
        return share;
    }

    /// <summary>Decrypts keys.</summary>
    /// <param name="privateKey">The private key of the certificate (PKCS#8, PEM).</param>
    /// <param name="share">The share.</param>
    /// <exception cref="CryptographicException">The share is damaged, or meant for another key.</exception>
    public static byte[] Open(string privateKey, ReadOnlySpan<byte> share)
    {
        var size = share.Length < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(share);
        if (size > share.Length - 2 - TagSize)
        {
            throw new CryptographicException("the share is cut short");
        }

        var publicKey = share.Slice(2, size).ToArray();
        var body = share[(2 + size)..];
        using var own = ECDiffieHellman.Create();
        own.ImportFromPem(privateKey);
        using var sender = ECDiffieHellman.Create();
        sender.ImportSubjectPublicKeyInfo(publicKey, out _);
        using var cipher = CipherOf(own, sender.PublicKey, publicKey, own.ExportSubjectPublicKeyInfo());
        var keys = new byte[body.Length - TagSize];
        cipher.Decrypt(stackalloc byte[NonceSize], body[TagSize..], body[..TagSize], keys);
        return keys;
    }

    /// <summary>Tells certificates apart by their keys.</summary>
    public static string FingerprintOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>The certificate a chain begins with; null when there is none.</summary>
    public static X509Certificate2? CertificateOf(Node node)
    {
        try
        {
            return node.Certificate is { Pem.IsEmpty: false } certificate
                ? X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate.Pem.AsSpan()))
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // Not asked for as a key to agree with: a node's certificate is for signatures, and the answer would be none.
    private static ECDiffieHellman PublicKeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey()
            ?? throw new CryptographicException("the certificate has no elliptic curve key");
        return ECDiffieHellman.Create(key.ExportParameters(includePrivateParameters: false));
    }

    private static AesGcm CipherOf(
        ECDiffieHellman own,
        ECDiffieHellmanPublicKey other,
        ReadOnlySpan<byte> senderKey,
        ReadOnlySpan<byte> recipientKey)
    {
        var agreed = own.DeriveRawSecretAgreement(other);
        Span<byte> key = stackalloc byte[SealedValue.DataKeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, key, salt: [],
            info: [.. Purpose, .. senderKey, .. recipientKey]);
        CryptographicOperations.ZeroMemory(agreed);
        var cipher = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
