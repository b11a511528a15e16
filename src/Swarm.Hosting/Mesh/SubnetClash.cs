using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// Whether a bridge with a certain subnet would cut this machine off from something. An overlay of that subnet does
/// not, because nobody outside of it looks there.
/// </summary>
internal static class SubnetClash
{
    private const string RouteFile = "/proc/net/route";

    /// <summary>The destinations in the machine's routing table, those of everything else left out.</summary>
    public static IReadOnlyList<IPNetwork> LoadRoutes()
    {
        try
        {
            return ReadRoutes(File.ReadAllText(RouteFile));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads the table of the kernel, with numbers in the machine's byte order (see proc(5)).</summary>
    public static IReadOnlyList<IPNetwork> ReadRoutes(string table)
    {
        const int destination = 1;
        const int mask = 7;
        var routes = new List<IPNetwork>();
        foreach (var line in table.Split('\n').Skip(1))
        {
            var words = line.Split('\t', StringSplitOptions.TrimEntries);
            if (words.Length > mask
                && uint.TryParse(words[destination], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var at)
                && uint.TryParse(words[mask], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits)
                && bits != 0)
            {
                routes.Add(new IPNetwork(
                    new IPAddress(BitConverter.GetBytes(at & bits)),
                    System.Numerics.BitOperations.PopCount(bits)));
            }
        }

        return routes;
    }

    /// <summary>What is in the way of a subnet. Pure.</summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="routes">Where the machine has routes to.</param>
    /// <param name="addresses">What has to stay reachable.</param>
    /// <returns>The reason, or null.</returns>
    public static string? Find(IPNetwork subnet, IEnumerable<IPNetwork> routes, IEnumerable<IPAddress> addresses)
    {
        if (subnet.BaseAddress.AddressFamily != AddressFamily.InterNetwork)
        {
            return $"{subnet} is not IPv4";
        }

        foreach (var route in routes)
        {
            if (route.Contains(subnet.BaseAddress) || subnet.Contains(route.BaseAddress))
            {
                return $"this machine has a route to {route}, which overlaps {subnet}";
            }
        }

        return addresses.FirstOrDefault(subnet.Contains) is { } address
            ? $"this machine needs to reach {address}, which is in {subnet}"
            : null;
    }
}
