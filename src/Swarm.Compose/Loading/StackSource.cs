namespace Swarm.Compose.Loading;

/// <summary>A file as bytes.</summary>
/// <param name="Name">As it was given; <c>-</c> for standard input.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record StackSource(string Name, byte[] Content)
{
    /// <exception cref="StackFileException">It cannot be read, or is larger than the limit.</exception>
    public static async Task<StackSource> ReadAsync(string path, StackLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        cancellationToken.ThrowIfCancellationRequested();
        await Task.CompletedTask;
        return Read(path, limits);
    }

    /// <exception cref="StackFileException">It cannot be read, or is larger than the limit.</exception>
    public static StackSource Read(string path, StackLimits limits)
    {
        try
        {
            return new(path, new DiskFiles().Read(path, limits.FileBytes));
        }
        catch (StackIOException exception)
        {
            throw new StackFileException(exception.Message, new SourceMark(path, 0, 0));
        }
    }
}
