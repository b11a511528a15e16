using System.Globalization;
using System.Net.Sockets;

namespace Swarm.Execution.Processes;

/// <summary>
/// Numbers that this process has claimed before all others on the machine: names of sockets in the abstract namespace,
/// which belongs to the network namespace as ports do, and from which the system takes them back with the process.
/// </summary>
internal sealed class PortClaims
{
    private readonly Dictionary<int, Socket> _claims = [];

    /// <summary>Claims a number; false when another process has.</summary>
    public bool TryTake(int number)
    {
        if (_claims.ContainsKey(number))
        {
            return true;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(
                string.Create(CultureInfo.InvariantCulture, $"\0swarm-task-port-{number}")));
            _claims.Add(number, socket);
            return true;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }
    }

    public void Release(int number)
    {
        if (_claims.Remove(number, out var socket))
        {
            socket.Dispose();
        }
    }
}
