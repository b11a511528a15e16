using System.Security.Cryptography;
using System.Text;
using Swarm.Certificates;

namespace Swarm.Secrets;

/// <summary>Keeps keys in a file that only its owner reads; made with a first key when it is first needed.</summary>
/// <remarks>
/// One key a line, as <c>id base64</c>; the last one wraps new values, earlier ones still open old values. To rotate,
/// append a line to the file of every manager, and restart them. Whoever has this file and the store has the secrets:
/// back it up apart from the store. Thread-safe.
/// </remarks>
public sealed class LocalKeyProvider : IKeyProvider
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int IdBytes = 8;

    private readonly string _path;
    private readonly RandomBytes _random;
    private readonly Lock _gate = new();
    private (string Current, Dictionary<string, byte[]> Keys)? _loaded;

    /// <summary>Makes a provider; nothing is read or written yet.</summary>
    /// <param name="path">The file.</param>
    public LocalKeyProvider(string path)
        : this(path, RandomNumberGenerator.Fill)
    {
    }

    internal LocalKeyProvider(string path, RandomBytes random)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
        _random = random;
    }

    /// <inheritdoc/>
    public string KeyId => Load().Current;

    /// <inheritdoc/>
    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var (id, keys) = Load();
        var wrapped = new byte[NonceSize + TagSize + key.Length];
        var nonce = wrapped.AsSpan(0, NonceSize);
        _random(nonce);
        using var cipher = new AesGcm(keys[id], TagSize);
        cipher.Encrypt(
            nonce,
            key.Span,
            wrapped.AsSpan(NonceSize + TagSize),
            wrapped.AsSpan(NonceSize, TagSize),
            Encoding.UTF8.GetBytes(id));
        return new(new WrappedKey(id, wrapped));
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!Load().Keys.TryGetValue(key.KeyId, out var own))
        {
            throw SwarmException.FailedPrecondition(
                $"secret key {key.KeyId} is not in {_path}; add it from the same file of the manager that made it");
        }

        var wrapped = key.Ciphertext.Span;
        if (wrapped.Length < NonceSize + TagSize)
        {
            throw Damaged(key.KeyId);
        }

        var data = new byte[wrapped.Length - NonceSize - TagSize];
        try
        {
            using var cipher = new AesGcm(own, TagSize);
            cipher.Decrypt(
                wrapped[..NonceSize],
                wrapped[(NonceSize + TagSize)..],
                wrapped.Slice(NonceSize, TagSize),
                data,
                Encoding.UTF8.GetBytes(key.KeyId));
            return new(data);
        }
        catch (CryptographicException)
        {
            throw Damaged(key.KeyId);
        }
    }

    private static SwarmException Damaged(string keyId) => SwarmException.FailedPrecondition(
        $"the data key does not open with secret key {keyId}: it is damaged, or the key is another one of that name");

    private (string Current, Dictionary<string, byte[]> Keys) Load()
    {
        lock (_gate)
        {
            return _loaded ??= Read();
        }
    }

    private (string Current, Dictionary<string, byte[]> Keys) Read()
    {
        try
        {
            if (!File.Exists(_path))
            {
                Create();
            }

            var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            var current = "";
            foreach (var line in File.ReadLines(_path).Select(line => line.Trim()).Where(line => line.Length > 0))
            {
                var words = line.Split(' ', 2);
                var key = words.Length == 2 ? Convert.FromBase64String(words[1]) : [];
                keys[words[0]] = key.Length == SealedValue.DataKeySize ? key : throw Malformed(null);
                current = words[0];
            }

            return keys.Count > 0 ? (current, keys) : throw Malformed(null);
        }
        catch (FormatException exception)
        {
            throw Malformed(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"secret keys could not be read from {_path}: {exception.Message}",
                exception);
        }
    }

    // Complete under another name first: no crash leaves half a key, and no other process's file is overwritten.
    private void Create()
    {
        Span<byte> key = stackalloc byte[SealedValue.DataKeySize];
        Span<byte> id = stackalloc byte[IdBytes];
        _random(key);
        _random(id);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var draft = $"{_path}.{Convert.ToHexStringLower(id)}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.ASCII.GetBytes(
                $"local-{Convert.ToHexStringLower(id)} {Convert.ToBase64String(key)}\n"));
            file.Flush(flushToDisk: true);
        }

        CryptographicOperations.ZeroMemory(key);
        try
        {
            File.Move(draft, _path, overwrite: false);
        }
        catch (IOException) when (File.Exists(_path))
        {
            File.Delete(draft);
        }
    }

    private SwarmException Malformed(Exception? cause) => new(
        SwarmErrorCode.FailedPrecondition,
        $"{_path} is not a file of secret keys: each line must be an id and 32 bytes in base64",
        cause);
}
