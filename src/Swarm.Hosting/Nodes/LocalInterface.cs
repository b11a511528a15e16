using System.Net;
using System.Net.NetworkInformation;

namespace Swarm.Hosting.Nodes;

/// <summary>A network interface of this machine.</summary>
/// <param name="Name">Its name, such as <c>eth0</c>.</param>
/// <param name="IsUp">It works.</param>
/// <param name="IsVirtual">It is a bridge, tunnel, or the end of a container's cable.</param>
/// <param name="Addresses">Its addresses.</param>
internal sealed record LocalInterface(string Name, bool IsUp, bool IsVirtual, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>The interfaces of this machine, in the order of the system.</summary>
    public static IReadOnlyList<LocalInterface> List() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().Select(Describe)];

    private static LocalInterface Describe(NetworkInterface found) => new(
        found.Name,
        found.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown,
        Directory.Exists($"/sys/devices/virtual/net/{found.Name}"),
        [.. found.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address)]);
}
