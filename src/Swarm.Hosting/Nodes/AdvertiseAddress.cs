using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Swarm.Hosting.Nodes;

/// <summary>Where a node listens and where others reach it.</summary>
/// <param name="ListenHost">IP address to listen at; may be the unspecified one.</param>
/// <param name="ListenPort">Port to listen at.</param>
/// <param name="AdvertiseHost">IP address others use; empty when a manager is to tell it.</param>
/// <param name="AdvertisePort">Port others use.</param>
/// <param name="DataPathHost">IP address of the overlay data path; empty means the advertised one.</param>
internal sealed record NodeAddresses(
    string ListenHost,
    int ListenPort,
    string AdvertiseHost,
    int AdvertisePort,
    string DataPathHost)
{
    /// <summary>The swarm port of this machine.</summary>
    [JsonIgnore]
    public IPEndPoint Listen => new(IPAddress.Parse(ListenHost), ListenPort);

    /// <summary>These addresses, unless tasks were to send by another one than managers.</summary>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>.</exception>
    public NodeAddresses WithOneDataPath() => DataPathHost.Length == 0 || DataPathHost == AdvertiseHost
        ? this
        : throw SwarmException.InvalidArgument(
            $"the data path cannot be at {DataPathHost}: other nodes reach the tasks of this node at the address it "
            + $"advertises, {(AdvertiseHost.Length > 0 ? AdvertiseHost : "which the manager tells it")}; advertise "
            + $"{DataPathHost}, or leave --data-path-addr out");

    /// <summary>Advertised address, as <c>host:port</c>.</summary>
    [JsonIgnore]
    public string Advertised => AdvertiseHost.Contains(':', StringComparison.Ordinal)
        ? $"[{AdvertiseHost}]:{AdvertisePort}"
        : $"{AdvertiseHost}:{AdvertisePort}";
}

/// <summary>Finds a node's addresses from what the user said and the interfaces there are, by Docker's rules.</summary>
internal static class AdvertiseAddress
{
    public const int DefaultPort = 2377;

    /// <summary>Stands for a free port, which is chosen once and then kept with the node's state.</summary>
    private const int AnyPort = 0;

    /// <summary>Resolves the addresses of <c>swarm init</c>, or without detection of <c>swarm join</c>.</summary>
    /// <param name="listen">IP address or interface, with an optional port; port 0 means a free one.</param>
    /// <param name="advertise">IP address or interface, with an optional port; empty means to find one.</param>
    /// <param name="dataPath">IP address or interface; empty means the advertised one.</param>
    /// <param name="interfaces">The interfaces of the machine.</param>
    /// <param name="detect">Without an address to advertise, find the machine's; otherwise leave it empty.</param>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/>: no such address or interface, or several to choose from.
    /// </exception>
    public static NodeAddresses Resolve(
        string listen,
        string advertise,
        string dataPath,
        IReadOnlyList<LocalInterface> interfaces,
        bool detect = true)
    {
        var (listenName, listenPort) = SplitPort(listen, DefaultPort, AnyPort, BadListenAddress);
        var listenHost = listenName.Length == 0
            ? IPAddress.Any
            : Find(listenName, interfaces, mayBeUnspecified: true, BadListenAddress);
        listenPort = listenPort == AnyPort ? FreePortAt(listenHost) : listenPort;
        var (advertiseHost, advertisePort) = ("", listenPort);
        if (advertise.Length > 0)
        {
            (var name, advertisePort) = SplitPort(advertise, listenPort, listenPort, BadAdvertiseAddress);
            advertiseHost = Find(name, interfaces, mayBeUnspecified: false, BadAdvertiseAddress).ToString();
        }
        else if (IsSpecific(listenHost))
        {
            advertiseHost = listenHost.ToString();
        }
        else if (detect)
        {
            advertiseHost = FindOnly(interfaces).ToString();
        }

        var dataPathHost = dataPath.Length == 0
            ? ""
            : Find(dataPath, interfaces, mayBeUnspecified: false, BadDataPathAddress).ToString();
        return new NodeAddresses(listenHost.ToString(), listenPort, advertiseHost, advertisePort, dataPathHost);
    }

    private static IPAddress Find(
        string name, IReadOnlyList<LocalInterface> interfaces, bool mayBeUnspecified, Func<SwarmException> bad)
    {
        if (interfaces.FirstOrDefault(candidate => candidate.Name == name) is { } found)
        {
            return AddressOf(found);
        }

        return IPAddress.TryParse(name, out var address) && (mayBeUnspecified || !IsUnspecified(address))
            ? address
            : throw bad();
    }

    /// <summary>The one address of an interface; of one IPv4 and one IPv6 address the former.</summary>
    private static IPAddress AddressOf(LocalInterface found) =>
        OnlyOf(found, AddressFamily.InterNetwork, "IPv4")
        ?? OnlyOf(found, AddressFamily.InterNetworkV6, "IPv6")
        ?? throw SwarmException.InvalidArgument($"interface {found.Name} has no usable IPv4 or IPv6 address");

    private static IPAddress? OnlyOf(LocalInterface found, AddressFamily family, string familyName)
    {
        var addresses = found.Addresses.Where(address => address.AddressFamily == family).Take(2).ToArray();
        return addresses.Length < 2
            ? addresses.FirstOrDefault()
            : throw SwarmException.InvalidArgument(
                $"interface {found.Name} has more than one {familyName} address ({addresses[0]} and {addresses[1]})");
    }

    /// <summary>The machine's only address; bridges and container cables count when there is nothing else.</summary>
    private static IPAddress FindOnly(IReadOnlyList<LocalInterface> interfaces)
    {
        var candidates = interfaces.Where(candidate => candidate.IsUp).ToArray();
        return FindOnlyAmong(candidates.Where(candidate => !candidate.IsVirtual))
            ?? FindOnlyAmong(candidates)
            ?? throw SwarmException.InvalidArgument("could not find the system's IP address");
    }

    private static IPAddress? FindOnlyAmong(IEnumerable<LocalInterface> candidates)
    {
        (string Interface, IPAddress Address)? only = null;
        foreach (var candidate in candidates)
        {
            var global = candidate.Addresses.Where(IsGlobalUnicast).ToArray();
            var ipv4 = global.Where(address => address.AddressFamily == AddressFamily.InterNetwork).ToArray();
            foreach (var address in ipv4.Length > 0 ? ipv4 : global)
            {
                if (only is { } other)
                {
                    throw SeveralAddresses(other.Interface, other.Address, candidate.Name, address);
                }

                only = (candidate.Name, address);
            }
        }

        return only?.Address;
    }

    private static SwarmException SeveralAddresses(
        string interface1, IPAddress address1, string interface2, IPAddress address2)
    {
        const string Start = "could not choose an IP address to advertise since this system has multiple addresses on ";
        return SwarmException.InvalidArgument(interface1 == interface2
            ? $"{Start}interface {interface1} ({address1} and {address2})"
            : $"{Start}different interfaces ({address1} on {interface1} and {address2} on {interface2})");
    }

    // Whatever takes it before this node does makes the start fail, as with any other port.
    private static int FreePortAt(IPAddress host)
    {
        try
        {
            using var listener = new TcpListener(host, AnyPort);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (SocketException exception)
        {
            throw new SwarmException(
                SwarmErrorCode.InvalidArgument, $"no port can be opened at {host}: {exception.Message}", exception);
        }
    }

    /// <summary>Splits <c>host:port</c>; without a port, as in a bare IPv6 address, it is the default one.</summary>
    private static (string Host, int Port) SplitPort(
        string text, int defaultPort, int portForZero, Func<SwarmException> bad)
    {
        if (IPAddress.TryParse(text.Trim('[', ']'), out _) && !text.Contains("]:", StringComparison.Ordinal))
        {
            return (text.Trim('[', ']'), defaultPort);
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return (text, defaultPort);
        }

        return ushort.TryParse(text.AsSpan(colon + 1), out var port)
            ? (text[..colon].Trim('[', ']'), port == 0 ? portForZero : port)
            : throw bad();
    }

    private static bool IsUnspecified(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsSpecific(IPAddress address) => !IsUnspecified(address);

    private static bool IsGlobalUnicast(IPAddress address)
    {
        if (IsUnspecified(address) || IPAddress.IsLoopback(address))
        {
            return false;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return !address.IsIPv6LinkLocal && !address.IsIPv6Multicast;
        }

        var bytes = address.GetAddressBytes();
        var isLinkLocal = bytes[0] == 169 && bytes[1] == 254;
        return bytes[0] < 224 && !isLinkLocal;
    }

    private static SwarmException BadListenAddress() => SwarmException.InvalidArgument(
        "listen address must be an IP address or network interface (with optional port number)");

    private static SwarmException BadAdvertiseAddress() => SwarmException.InvalidArgument(
        "advertise address must be a non-zero IP address or network interface (with optional port number)");

    private static SwarmException BadDataPathAddress() => SwarmException.InvalidArgument(
        "data path address must be a non-zero IP address or network interface (without a port number)");
}
