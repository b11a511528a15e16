using System.Net;

namespace Swarm.Hosting.Nodes;

/// <summary>What a new swarm's data path port and address pools may be.</summary>
internal static class DataPathRules
{
    private const int MinPort = 1024;
    private const int MaxPort = 49151;
    private const int MaxSubnetSize = 29;

    /// <summary>Checks a data path port; 0 means the default one.</summary>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>.</exception>
    public static void CheckPort(long port)
    {
        if (port is not 0 and (< MinPort or > MaxPort))
        {
            throw SwarmException.InvalidArgument(
                $"Datapath port number is not in valid range ({MinPort}-{MaxPort}) : {port}");
        }
    }

    /// <summary>Checks that every pool holds at least one subnet.</summary>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>.</exception>
    public static void CheckPools(ValueList<string> pools, long subnetSize)
    {
        if (subnetSize is < 0 or > MaxSubnetSize)
        {
            throw SwarmException.InvalidArgument($"subnet size is out of range: {subnetSize}");
        }

        foreach (var pool in pools)
        {
            if (!IPNetwork.TryParse(pool, out var network))
            {
                throw SwarmException.InvalidArgument($"invalid base pool {pool}: invalid CIDR address: {pool}");
            }

            if (subnetSize != 0 && subnetSize < network.PrefixLength)
            {
                throw SwarmException.InvalidArgument(
                    $"invalid CIDR: \"{pool}\". Subnet size is too small for pool: {subnetSize}");
            }
        }
    }
}
