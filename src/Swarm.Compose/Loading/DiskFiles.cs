using System.Globalization;

namespace Swarm.Compose.Loading;

/// <summary>Files on disk; with a root, only those below it, links followed.</summary>
internal sealed class DiskFiles(string? root = null) : IStackFiles
{
    private const int MostLinks = 40;

    public byte[] Read(string path, int limit)
    {
        try
        {
            Confine(path);
            using var file = Open(path);
            return ReadUpTo(file, path, limit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(exception, path);
        }
    }

    /// <summary>As <see cref="Read"/>, without holding a thread.</summary>
    /// <exception cref="StackIOException">It cannot be read, or is larger than the limit.</exception>
    public static async Task<byte[]> ReadAsync(string path, int limit, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = Open(path);
            var content = new byte[file.Length <= limit ? file.Length : throw TooLarge(path, limit)];
            await file.ReadExactlyAsync(content, cancellationToken);
            return content;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(exception, path);
        }
    }

    /// <summary>Reads a stream to its end; refuses one that is longer than the limit without holding it.</summary>
    public static byte[] ReadUpTo(Stream stream, string path, int limit)
    {
        var buffer = new byte[Math.Min(limit, 64 * 1024) + 1];
        var length = 0;
        while (stream.Read(buffer.AsSpan(length)) is > 0 and var read)
        {
            length += read;
            if (length > limit)
            {
                throw TooLarge(path, limit);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, limit + 1L));
            }
        }

        return buffer[..length];
    }

    public static StackIOException TooLarge(string path, int limit) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"read {path}: file is larger than the limit of {limit} bytes"));

    private static FileStream Open(string path) => Directory.Exists(path)
        ? throw new StackIOException($"read {path}: is a directory")
        : new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 4096, useAsync: true);

    private static StackIOException Explain(Exception exception, string path) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => new($"open {path}: no such file or directory"),
        UnauthorizedAccessException => new($"open {path}: permission denied"),
        _ => new($"read {path}: {exception.Message}"),
    };

    private void Confine(string path)
    {
        if (root is not null && !IsBelow(Resolve(path), Resolve(root)))
        {
            throw new StackIOException($"open {path}: file is outside of {root}");
        }
    }

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);

    // The real path: every link on the way is followed.
    private static string Resolve(string path)
    {
        var pending = new Stack<string>(path.Split('/').Reverse());
        var resolved = "";
        for (var links = 0; pending.TryPop(out var part) && links < MostLinks;)
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                resolved = resolved[..Math.Max(resolved.LastIndexOf('/'), 0)];
                continue;
            }

            var next = $"{resolved}/{part}";
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            links++;
            resolved = target.StartsWith('/') ? "" : resolved;
            foreach (var step in target.Split('/').Reverse())
            {
                pending.Push(step);
            }
        }

        return resolved;
    }
}
