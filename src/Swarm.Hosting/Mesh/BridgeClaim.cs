using System.Net.Sockets;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// The right to answer on a bridge, of one node of this machine: several may be on one engine, and share its bridges.
/// Claimed by a name in the abstract socket namespace, which the system takes back with the process.
/// </summary>
internal sealed class BridgeClaim : IDisposable
{
    private readonly Socket _socket;

    private BridgeClaim(Socket socket) => _socket = socket;

    /// <summary>Takes it; null when another one has it.</summary>
    public static BridgeClaim? TryTake(string bridge)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0swarm-bridge-{bridge}"));
            return new BridgeClaim(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();
}
