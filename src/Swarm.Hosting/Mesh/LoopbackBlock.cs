using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// Loopback addresses that belong to one node of this machine: 127.n.0.0/16 stands for the addresses of networks, and
/// the block 64 above it is where their name servers are. Linux takes all of 127.0.0.0/8 for its own.
/// </summary>
/// <remarks>
/// Claimed machine-wide by a name in the abstract socket namespace, which belongs to the network namespace as the
/// addresses do, and which the system takes back with the process.
/// </remarks>
internal sealed class LoopbackBlock : IDisposable
{
    private const int First = 64;
    private const int Count = 64;
    private const byte Loopback = 127;

    private readonly Socket _claim;

    private LoopbackBlock(int number, Socket claim) => (Number, _claim) = (number, claim);

    /// <summary>The second byte of its addresses.</summary>
    public int Number { get; }

    /// <summary>Claims a block, the same as last time if it is free; null when this machine has none left.</summary>
    /// <param name="file">Remembers the block: tasks that outlive the node's process know addresses of it.</param>
    public static LoopbackBlock? TryClaim(string file)
    {
        foreach (var number in Enumerable.Range(First, Count).Prepend(Remembered(file)))
        {
            if (TryClaim(number) is { } claim)
            {
                Remember(file, number);
                return new LoopbackBlock(number, claim);
            }
        }

        return null;
    }

    /// <summary>An address for services and tasks.</summary>
    public IPAddress Address(ushort place) => new([Loopback, (byte)Number, (byte)(place >> 8), (byte)place]);

    /// <summary>The address of the name server that belongs to a task's address.</summary>
    public static IPAddress ServerOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        bytes[1] += Count;
        return new IPAddress(bytes);
    }

    /// <summary>Whether an address is one of name servers of ours, of whatever node.</summary>
    public static bool IsServer(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork
        && address.GetAddressBytes() is [Loopback, >= First + Count and < First + Count + Count, _, _];

    public void Dispose() => _claim.Dispose();

    private static Socket? TryClaim(int number)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(
                string.Create(CultureInfo.InvariantCulture, $"\0swarm-loopback-{number}")));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static int Remembered(string file)
    {
        try
        {
            return int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var number)
                && number is >= First and < First + Count
                    ? number
                    : First;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return First;
        }
    }

    private static void Remember(string file, int number)
    {
        try
        {
            File.WriteAllText(file, number.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another block next time then.
        }
    }
}
