using System.Security.Cryptography;
using System.Text;
using Swarm.Certificates;

namespace Swarm.Secrets;

/// <summary>Keeps keys in a file that only its owner reads; made with a first key when it is first needed.</summary>
/// <remarks>
/// One key a line, as <c>id base64</c>; the last one wraps new values, earlier ones still open old values. To rotate,
/// append a line to the file of a manager and restart it. Managers share their keys through the store, encrypted for
/// each other's certificates. Whoever has this file and the store has the secrets:
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

    /// <summary>The content of the file, for another manager.</summary>
    internal byte[] Export()
    {
        lock (_gate)
        {
            _loaded ??= Read();
            return File.ReadAllBytes(_path);
        }
    }

    /// <summary>Adds the keys of another manager; its current key becomes the current one.</summary>
    /// <returns>Whether anything was new.</returns>
    /// <exception cref="SwarmException">What was shared are no keys, or the file cannot be written.</exception>
    internal bool Import(byte[] shared)
    {
        lock (_gate)
        {
            var known = File.Exists(_path) ? Guard(() => File.ReadAllLines(_path)) : [];
            var added = Encoding.ASCII.GetString(shared).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            _ = Parse(added);
            if (known.TakeLast(added.Length).SequenceEqual(added))
            {
                return false;
            }

            Guard(() => Write([.. known.Except(added), .. added], overwrite: true));
            _loaded = null;
            return true;
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
        if (!File.Exists(_path))
        {
            Guard(() => Write([NewKey()], overwrite: false));
        }

        return Parse(Guard(() => File.ReadAllLines(_path)));
    }

    private (string Current, Dictionary<string, byte[]> Keys) Parse(IEnumerable<string> lines)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var current = "";
        foreach (var words in lines.Where(line => line.Length > 0).Select(line => line.Split(' ', 2)))
        {
            var key = new byte[SealedValue.DataKeySize];
            if (words.Length != 2
                || !Convert.TryFromBase64String(words[1], key, out var length)
                || length != key.Length)
            {
                throw Malformed();
            }

            keys[words[0]] = key;
            current = words[0];
        }

        return keys.Count > 0 ? (current, keys) : throw Malformed();
    }

    private string NewKey()
    {
        Span<byte> key = stackalloc byte[SealedValue.DataKeySize];
        Span<byte> id = stackalloc byte[IdBytes];
        _random(key);
        _random(id);
        return $"local-{Convert.ToHexStringLower(id)} {Convert.ToBase64String(key)}";
    }

    // Complete under another name first: no crash leaves half a key.
    private bool Write(IEnumerable<string> lines, bool overwrite)
    {
        Span<byte> suffix = stackalloc byte[IdBytes];
        _random(suffix);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var draft = $"{_path}.{Convert.ToHexStringLower(suffix)}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Join('\n', lines) + "\n"));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, _path, overwrite);
            return true;
        }
        catch (IOException) when (!overwrite && File.Exists(_path))
        {
            // Another process was first; its keys are the ones.
            File.Delete(draft);
            return false;
        }
    }

    private T Guard<T>(Func<T> access)
    {
        try
        {
            return access();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"secret keys could not be read or written in {_path}: {exception.Message}",
                exception);
        }
    }

    private SwarmException Malformed() => SwarmException.FailedPrecondition(
        $"{_path} is not a file of secret keys: each line must be an id and 32 bytes in base64");
}
