using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Execution.Processes;

/// <summary>Gives tasks free ports of the node, as they all share its network.</summary>
/// <remarks>
/// The system is asked for a free number, which is given back at once: between that and the task's own bind, only
/// another program could take it; other tasks cannot, those of other nodes on this machine included, because numbers
/// stay reserved until their task ends. Outgoing connections, of which a routing mesh under load has thousands, get
/// even numbers from Linux and those who ask for any get odd ones, as long as there are enough.
/// </remarks>
internal sealed class PortReservations
{
    private const int Attempts = 100;
    private const string ConnectivityFailed = "driver failed programming external connectivity";

    private readonly Lock _gate = new();
    private readonly HashSet<int> _reserved = [];
    private readonly PortClaims _claims = new();

    /// <summary>
    /// The ports of a task with the node's numbers as published ports: the wanted number for host mode, else any.
    /// Publications of one target port share a number, since the task learns only one.
    /// </summary>
    /// <exception cref="LaunchException">A wanted number is in use, or none is free.</exception>
    internal ValueList<PortPublication> Reserve(ValueList<PortPublication> publications)
    {
        lock (_gate)
        {
            var numbers = new Dictionary<int, int>();
            try
            {
                foreach (var port in publications.OrderByDescending(IsFixed))
                {
                    if (!numbers.ContainsKey(port.TargetPort))
                    {
                        var protocols = publications
                            .Where(other => other.TargetPort == port.TargetPort)
                            .Select(other => other.Protocol);
                        var number = IsFixed(port) ? TakeFixed(port) : TakeAny([.. protocols]);
                        numbers.Add(port.TargetPort, number);
                        _reserved.Add(number);
                    }
                }
            }
            catch
            {
                Forget(numbers.Values);
                throw;
            }

            return publications.Select(port => port with { PublishedPort = numbers[port.TargetPort] }).ToValueList();
        }
    }

    /// <summary>Reserves what a task that is taken over has already.</summary>
    internal void Keep(ValueList<PortPublication> ports)
    {
        lock (_gate)
        {
            foreach (var number in ports.Select(port => port.PublishedPort).Distinct())
            {
                _reserved.Add(number);
                _claims.TryTake(number);
            }
        }
    }

    internal void Release(ValueList<PortPublication> ports)
    {
        lock (_gate)
        {
            Forget(ports.Select(port => port.PublishedPort));
        }
    }

    private void Forget(IEnumerable<int> numbers)
    {
        foreach (var number in numbers.Distinct())
        {
            _reserved.Remove(number);
            _claims.Release(number);
        }
    }

    private static bool IsFixed(PortPublication port) => port.Mode == PublishMode.Host && port.PublishedPort != 0;

    private int TakeFixed(PortPublication port) =>
        !_reserved.Contains(port.PublishedPort) && Probe(port.Protocol, port.PublishedPort) is not null
            ? port.PublishedPort
            : throw new LaunchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{ConnectivityFailed}: Bind for 0.0.0.0:{port.PublishedPort} failed: port is already allocated"),
                exitCode: 128);

    private int TakeAny(HashSet<PortProtocol> protocols)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (Probe(protocols.First(), 0) is { } number
                && !_reserved.Contains(number)
                && protocols.Skip(1).All(other => Probe(other, number) is not null)
                && _claims.TryTake(number))
            {
                return number;
            }
        }

        throw new LaunchException("no free port on this node", exitCode: 128);
    }

    // SCTP has no sockets in .NET; its numbers are taken as free as TCP's.
    private static int? Probe(PortProtocol protocol, int port)
    {
        var (type, transport) = protocol == PortProtocol.Udp
            ? (SocketType.Dgram, ProtocolType.Udp)
            : (SocketType.Stream, ProtocolType.Tcp);
        using var socket = new Socket(AddressFamily.InterNetwork, type, transport);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
