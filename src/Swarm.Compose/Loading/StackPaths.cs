namespace Swarm.Compose.Loading;

/// <summary>Paths in stack files. They are Unix paths; absolute Windows paths are left alone.</summary>
internal static class StackPaths
{
    /// <summary>The path itself when it is absolute, else the path below the working directory, cleaned.</summary>
    public static string Absolute(string workingDirectory, string path) =>
        path.StartsWith('/') ? path : Clean($"{workingDirectory}/{path}");

    /// <summary>Takes out empty and <c>.</c> parts, and every part that <c>..</c> goes back over.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or ".") && (part != ".." || !path.StartsWith('/')))
            {
                parts.Add(part);
            }
        }

        var cleaned = (path.StartsWith('/') ? "/" : "") + string.Join('/', parts);
        return cleaned.Length > 0 ? cleaned : ".";
    }

    /// <summary>True for <c>X:\…</c>, <c>X:/…</c> and <c>\\server\share\…</c>.</summary>
    public static bool IsAbsoluteOnWindows(string path)
    {
        var volume = VolumeLength(path);
        return volume > 0 && volume < path.Length && IsSlash(path[volume]);
    }

    private static int VolumeLength(string path)
    {
        if (path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0]))
        {
            return 2;
        }

        if (path.Length < 5 || !IsSlash(path[0]) || !IsSlash(path[1]) || IsSlash(path[2]) || path[2] == '.')
        {
            return 0;
        }

        var server = path.AsSpan(3, path.Length - 4).IndexOfAny('/', '\\');
        if (server < 0)
        {
            return 0;
        }

        var share = server + 4;
        if (IsSlash(path[share]) || path[share] == '.')
        {
            return 0;
        }

        var end = path.AsSpan(share).IndexOfAny('/', '\\');
        return end < 0 ? path.Length : share + end;
    }

    private static bool IsSlash(char character) => character is '/' or '\\';
}
