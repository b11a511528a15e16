namespace Swarm.Compose.Loading;

/// <summary>The files that stack files name. Paths are absolute.</summary>
internal interface IStackFiles
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="StackIOException">It cannot be read, or is larger than the limit; the message names the path.</exception>
    byte[] Read(string path, int limit);
}

/// <summary>A file that cannot be read; the message is the one Docker shows.</summary>
internal sealed class StackIOException(string message) : Exception(message);
