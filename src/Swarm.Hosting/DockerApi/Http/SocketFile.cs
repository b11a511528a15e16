using System.Net.Sockets;

namespace Swarm.Hosting.DockerApi;

/// <summary>The file of a listening socket.</summary>
internal static class SocketFile
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Removes a socket that a dead process left behind; nothing else.</summary>
    /// <exception cref="IOException">Somebody listens there, or the path is something other than a socket.</exception>
    public static async Task MakeWayAsync(string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new DirectoryNotFoundException($"cannot listen at {path}: its directory does not exist");
        }

        if (Directory.Exists(path) || (File.Exists(path) && !IsSocket(path)))
        {
            throw new IOException($"cannot listen at {path}: it exists and is not a socket");
        }

        if (File.Exists(path))
        {
            if (await AnswersAsync(path, cancellationToken))
            {
                throw new IOException($"cannot listen at {path}: another process does");
            }

            File.Delete(path);
        }
    }

    /// <summary>Owner and group may connect.</summary>
    public static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerAndGroup);
        }
    }

    /// <summary>The kernel refuses to open a socket like a file.</summary>
    private static bool IsSocket(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<bool> AnswersAsync(string path, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
