namespace Swarm.Compose.Loading;

/// <summary>A file as bytes.</summary>
/// <param name="Name">As it was given; <c>-</c> for standard input.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record StackSource(string Name, byte[] Content)
{
    /// <param name="path">As it was given.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="directory">What a relative path is relative to.</param>
    /// <exception cref="StackFileException">It cannot be read, or is larger than the limit.</exception>
    public static StackSource Read(string path, StackLimits limits, string directory)
    {
        ArgumentNullException.ThrowIfNull(path);
        var absolute = StackPaths.Absolute(directory, path);
        try
        {
            return new(path, new DiskFiles().Read(absolute, limits.FileBytes));
        }
        catch (StackIOException exception)
        {
            // Docker calls these files by the names it was given.
            throw new StackFileException(
                exception.Message.Replace(absolute, path, StringComparison.Ordinal), new SourceMark(path, 0, 0));
        }
    }
}
