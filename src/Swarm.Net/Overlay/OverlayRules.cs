using System.Net;
using System.Net.Sockets;

namespace Swarm.Net.Overlay;

/// <summary>What no overlay can make sense of.</summary>
internal static class OverlayRules
{
    private const int MostVni = 0xFF_FFFF;
    private const int LeastMtu = 576;
    private const int LongestName = 64;
    private const int LongestOwner = 10;
    private const int LeastSecret = 16;

    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public static void Require(OverlayOptions options)
    {
        if (!IsName(options.Owner, LongestOwner))
        {
            throw new ArgumentException(
                $"\"{options.Owner}\" cannot be the owner of an overlay: that is 1–{LongestOwner} letters and digits",
                nameof(options));
        }

        if (!IsV4(options.Address))
        {
            throw new ArgumentException($"an overlay needs an address of IPv4, not {options.Address}", nameof(options));
        }
    }

    /// <exception cref="ArgumentException">The state makes no sense.</exception>
    public static void Require(OverlayState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var networks = new Dictionary<string, OverlayNetwork>(StringComparer.Ordinal);
        var numbers = new HashSet<int>();
        foreach (var network in state.Networks)
        {
            var fault = !networks.TryAdd(network.Id, network) ? "another one has the same id"
                : !numbers.Add(network.Vni) ? $"another one has VNI {network.Vni}"
                : FindFault(network);
            if (fault is not null)
            {
                throw new ArgumentException($"network {network.Id}: {fault}", nameof(state));
            }
        }

        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in state.Members)
        {
            var fault = members.Add(member.Name) ? FindFault(member, networks) : "another one has the same name";
            if (fault is not null)
            {
                throw new ArgumentException($"member {member.Name}: {fault}", nameof(state));
            }
        }

        if (state.Keys.Any(key => key.Secret.Length < LeastSecret))
        {
            throw new ArgumentException($"a key has less than {LeastSecret} bytes", nameof(state));
        }
    }

    /// <summary>The subnet that an address is of; null for none.</summary>
    public static IPNetwork? SubnetOf(OverlayNetwork network, IPAddress address) => network.Subnets
        .Where(subnet => subnet.Contains(address))
        .Select(subnet => (IPNetwork?)subnet)
        .FirstOrDefault();

    private static string? FindFault(OverlayNetwork network)
    {
        var addresses = network.Gateways
            .Concat(network.Peers.SelectMany(peer => new[] { peer.Address, peer.Machine }))
            .Concat(network.Services.SelectMany(service => service.Backends.Add(service.Address)))
            .Concat(network.Subnets.Select(subnet => subnet.BaseAddress));
        return network switch
        {
            { Vni: < 1 or > MostVni } => $"its VNI {network.Vni} is not in 1–16,777,215",
            { Subnets.IsDefaultOrEmpty: true } => "it has no subnet",
            { Mtu: < LeastMtu or > ushort.MaxValue } => $"its MTU {network.Mtu} is not in {LeastMtu}–65,535",
            _ => addresses.FirstOrDefault(address => !IsV4(address)) is { } other ? $"{other} is not of IPv4" : null,
        };
    }

    private static string? FindFault(OverlayMember member, Dictionary<string, OverlayNetwork> networks)
    {
        if (!IsName(member.Name, LongestName))
        {
            return $"its name is not 1–{LongestName} letters and digits";
        }

        if (member.Endpoints.Select(endpoint => endpoint.Network).Distinct().Count() < member.Endpoints.Length)
        {
            return "it is on a network twice";
        }

        foreach (var endpoint in member.Endpoints)
        {
            if (!networks.TryGetValue(endpoint.Network, out var network))
            {
                return $"network {endpoint.Network} is not there";
            }

            if (SubnetOf(network, endpoint.Address) is null)
            {
                return $"{endpoint.Address} is in no subnet of network {network.Id}";
            }
        }

        return null;
    }

    private static bool IsName(string text, int most) =>
        text.Length > 0 && text.Length <= most && text.All(char.IsAsciiLetterOrDigit);

    private static bool IsV4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;
}
