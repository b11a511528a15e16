using System.Globalization;
using System.Net;
using System.Text;

namespace Swarm.Net.Bridges;

/// <summary>The rules in the language of <c>nft</c>, and the routes in that of <c>ip</c>. Pure.</summary>
/// <remarks>
/// Clients and containers are neighbours on one bridge, so that answers would pass the translation by: connections are
/// masqueraded, and containers see the bridge as their client. Packets are translated ahead of the engine's own rules,
/// which would take an address of this machine for a published port.
/// </remarks>
internal static class BridgeRules
{
    /// <summary>Says of a route that it is ours (see <c>rtnetlink(7)</c>: numbers above 4 are free).</summary>
    private const string RouteOwner = "proto 83";

    /// <summary>The table as a whole, in place of what it was.</summary>
    public static string Replace(string table, BridgeState state)
    {
        var text = new StringBuilder(Remove(table));
        text.Append(CultureInfo.InvariantCulture, $$"""
            table ip {{table}} {
              set virtual { type ipv4_addr
              }
              set gateways { type ipv4_addr
              }
              map resolvers { type ipv4_addr : inet_service
              }
              map services { type ifname . ipv4_addr : verdict
              }
              chain arriving {
                type nat hook prerouting priority -101
                iifname . ip daddr vmap @services
                ip daddr @gateways meta l4proto { tcp, udp } th dport 53 redirect to : ip saddr map @resolvers
              }
              chain leaving {
                type nat hook postrouting priority 99
                ct original ip daddr @virtual masquerade
              }
              chain refuse {
                type filter hook input priority 0
                ip daddr @virtual meta l4proto tcp reject with tcp reset
                ip daddr @virtual reject
              }
            }

            """);
        AddElements(text, table, "virtual", state.Addresses.Select(item => $"{item.Address}"));
        AddElements(text, table, "gateways", state.Resolvers.Select(item => $"{item.Server.Address}").Distinct());
        AddElements(
            text,
            table,
            "resolvers",
            state.Resolvers.Select(item => $"{item.Client} : {item.Server.Port}"));
        foreach (var item in state.Addresses.Where(item => !item.Targets.IsEmpty))
        {
            Add(text, table, item);
        }

        return text.ToString();
    }

    /// <summary>No table.</summary>
    public static string Remove(string table) =>
        // Deleted only after it was added, so that it does not matter whether it was there.
        $"add table ip {table}\ndelete table ip {table}\n";

    /// <summary>Makes an address this machine's own on a bridge, without the interface having it.</summary>
    public static string AddRoute(string bridge, IPAddress address) =>
        $"route replace local {address}/32 dev {bridge} table local {RouteOwner}\n";

    /// <summary>Takes it back.</summary>
    public static string RemoveRoute(string bridge, IPAddress address) =>
        $"route del local {address}/32 dev {bridge} table local {RouteOwner}\n";

    /// <summary>Takes back all of a bridge, also those of a process that has died.</summary>
    public static string RemoveRoutes(string bridge) => $"route flush table local dev {bridge} {RouteOwner}\n";

    /// <summary>Lets a bridge's port send back what came by it.</summary>
    public static string Turn(string port) => $"link set dev {port} type bridge_slave hairpin on\n";

    /// <summary>Reads what <c>ip -o link show type bridge_slave</c> prints.</summary>
    /// <returns>Ports with their bridge.</returns>
    public static IEnumerable<(string Port, string Bridge)> ReadPorts(string listed)
    {
        foreach (var line in listed.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var master = Array.IndexOf(words, "master");
            if (words.Length > 1 && master > 0 && master + 1 < words.Length)
            {
                yield return (words[1].TrimEnd(':').Split('@')[0], words[master + 1]);
            }
        }
    }

    private static void Add(StringBuilder text, string table, BridgeAddress item)
    {
        var chain = $"to_{item.Address}".Replace('.', '_');
        var places = string.Join(", ", item.Targets.Select((target, index) => $"{index} : {target}"));
        var number = item.BySource
            ? $"jhash ip saddr mod {item.Targets.Length} seed 0x53776d"
            : $"numgen inc mod {item.Targets.Length}";
        var target = item.Targets.Length == 1 ? $"{item.Targets[0]}" : $"{number} map {{ {places} }}";
        text.Append(CultureInfo.InvariantCulture, $"add chain ip {table} {chain}\n");
        text.Append(CultureInfo.InvariantCulture, $"add rule ip {table} {chain} dnat to {target}\n");
        AddElements(text, table, "services", [$"\"{item.Bridge}\" . {item.Address} : goto {chain}"]);
    }

    private static void AddElements(StringBuilder text, string table, string set, IEnumerable<string> elements)
    {
        var all = string.Join(", ", elements);
        if (all.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"add element ip {table} {set} {{ {all} }}\n");
        }
    }
}
