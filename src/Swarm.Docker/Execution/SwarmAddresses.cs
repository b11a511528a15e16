using System.Net;
using System.Net.Sockets;
using Swarm.Docker.Engine;

namespace Swarm.Docker.Execution;

/// <summary>Whose addresses the tasks of a network have.</summary>
internal enum NetworkFooting
{
    /// <summary>The engine's, which also answers the names of services.</summary>
    Engine,

    /// <summary>The swarm's; the engine answers the names of services with those of tasks.</summary>
    Addressed,

    /// <summary>The swarm's, and the node answers virtual addresses and the names that lead to them.</summary>
    Answered,
}

internal static class NetworkFootings
{
    /// <summary>The same for a task that has no name server of the node's.</summary>
    internal static NetworkFooting WithoutNames(this NetworkFooting footing) =>
        footing == NetworkFooting.Answered ? NetworkFooting.Addressed : footing;
}

/// <summary>What the swarm has given out on a network.</summary>
/// <param name="Subnet">The network's subnet.</param>
/// <param name="Gateway">The address of the network itself.</param>
/// <param name="Own">The task's address.</param>
internal sealed record SwarmAddresses(IPNetwork Subnet, IPAddress Gateway, IPAddress Own)
{
    /// <summary>What the engine gives out itself, to containers of others, is the last part of a subnet.</summary>
    private const int OthersShare = 3;

    private const int LongestPrefix = 30;

    /// <summary>
    /// The addresses of an attachment; null where a bridge cannot have them: it takes one subnet, of IPv4.
    /// </summary>
    internal static SwarmAddresses? Of(NetworkAttachment attachment) =>
        attachment.Network.Ipam is { Configs: [var config] }
        && IPNetwork.TryParse(config.Subnet, out var subnet)
        && subnet.BaseAddress.AddressFamily == AddressFamily.InterNetwork
        && IPAddress.TryParse(config.Gateway, out var gateway)
        && attachment.Addresses is [var own, ..]
        && IPAddress.TryParse(own.Split('/')[0], out var address)
        && subnet.Contains(gateway)
        && subnet.Contains(address)
            ? new(subnet, gateway, address)
            : null;

    /// <summary>A network of the engine with these addresses.</summary>
    internal NetworkAddressingDocument Addressing => new(
        [new() { Subnet = $"{Subnet}", Gateway = $"{Gateway}", Range = $"{RangeOfOthers(Subnet)}" }]);

    /// <summary>Whether a network of the engine has these addresses.</summary>
    internal bool AreOf(EngineNetworkDocument network) =>
        network.Addressing?.Config is [var config] && config.Subnet == $"{Subnet}" && config.Gateway == $"{Gateway}";

    private static IPNetwork RangeOfOthers(IPNetwork subnet)
    {
        var length = Math.Max(subnet.PrefixLength, Math.Min(subnet.PrefixLength + OthersShare, LongestPrefix));
        var bytes = subnet.BaseAddress.GetAddressBytes();
        for (var bit = subnet.PrefixLength; bit < length; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }
}
