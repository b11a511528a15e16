namespace Swarm.Compose.Loading;

/// <summary>A file as bytes.</summary>
/// <param name="Name">As it was given; <c>-</c> for standard input.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record StackSource(string Name, byte[] Content)
{
    /// <exception cref="StackFileException">It cannot be read, or is larger than the limit.</exception>
    public static async Task<StackSource> ReadAsync(string path, StackLimits limits,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        var absolute = StackPaths.Absolute(Directory.GetCurrentDirectory(), path);
        try
        {
            return new(path, await DiskFiles.ReadAsync(absolute, limits.FileBytes, cancellationToken));
        }
        catch (StackIOException exception)
        {
            throw Rename(exception, absolute, path);
        }
    }

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
            throw Rename(exception, absolute, path);
        }
    }

    // Docker calls these files by the names it was given.
    private static StackFileException Rename(StackIOException exception, string absolute, string path) =>
        new(exception.Message.Replace(absolute, path, StringComparison.Ordinal), new SourceMark(path, 0, 0));
}
