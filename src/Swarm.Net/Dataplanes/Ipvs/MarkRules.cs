using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Swarm.Net.Kernel;
using Swarm.Net.Nftables;

namespace Swarm.Net.Ipvs;

/// <summary>
/// The table of nftables that marks packets on their way to a virtual server: IPVS answers marks, and so also ports of
/// every address, which it could not tell otherwise. It is the record of which services are ours, too.
/// </summary>
internal sealed class MarkRules(IpvsOptions options)
{
    private string Table => $"inet {options.Table}";

    /// <summary>The table anew.</summary>
    public string Make(MarkTable marks)
    {
        // Deleted only after it was added, so that it does not matter whether it was there.
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $$"""
            add table {{Table}}
            delete table {{Table}}
            table {{Table}} {
              set marks { type mark
              }
              map everywhere4 { type inet_proto . inet_service : mark
              }
              map everywhere6 { type inet_proto . inet_service : mark
              }
              map address4 { type ipv4_addr . inet_proto . inet_service : mark
              }
              map address6 { type ipv6_addr . inet_proto . inet_service : mark
              }
              chain claim {
                ip daddr != 127.0.0.0/8 fib daddr type local meta mark set meta l4proto . th dport map @everywhere4
                ip6 daddr != ::1 fib daddr type local meta mark set meta l4proto . th dport map @everywhere6
                meta mark set ip daddr . meta l4proto . th dport map @address4
                meta mark set ip6 daddr . meta l4proto . th dport map @address6
                meta mark @marks ct mark set ct mark or {{options.ConnectionMark}}
              }
              chain arriving {
                type filter hook prerouting priority -150
                jump claim
              }
              chain starting {
                type filter hook output priority -150
                jump claim
              }
              chain leaving {
                type nat hook postrouting priority 100
                oifname "lo" return
                meta mark @marks masquerade
              }
            }
            """);
        Change(text, MarkTable.Empty, marks);
        return text.ToString();
    }

    /// <summary>What has to change; nothing when that is nothing.</summary>
    public string Change(MarkTable before, MarkTable after)
    {
        var text = new StringBuilder();
        Change(text, before, after);
        return text.ToString();
    }

    /// <summary>No table.</summary>
    public string End() => $"add table {Table}\ndelete table {Table}\n";

    private static IEnumerable<string> KeysOf(MarkedServer server)
    {
        var port = $"{Names.Of(server.Frontend.Transport)} . {server.Frontend.Port}";
        var address = server.Frontend.Address;
        if (!server.Frontend.IsEverywhere())
        {
            yield return $"{(address.IsV6() ? "address6" : "address4")} {{ {address} . {port}";
            yield break;
        }

        if (server.IsV4)
        {
            yield return $"everywhere4 {{ {port}";
        }

        if (server.IsV6)
        {
            yield return $"everywhere6 {{ {port}";
        }
    }

    private void Change(StringBuilder text, MarkTable before, MarkTable after)
    {
        foreach (var mark in after.Marks.Except(before.Marks))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"add element {Table} marks {{ {mark} }}");
        }

        foreach (var server in before.Servers.Except(after.Servers))
        {
            foreach (var key in KeysOf(server))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"delete element {Table} {key} }}");
            }
        }

        foreach (var server in after.Servers.Except(before.Servers))
        {
            foreach (var key in KeysOf(server))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"add element {Table} {key} : {server.Mark} }}");
            }
        }

        foreach (var mark in before.Marks.Except(after.Marks))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"delete element {Table} marks {{ {mark} }}");
        }
    }
}

/// <summary>A front end that packets are marked for.</summary>
/// <param name="Frontend">The front end.</param>
/// <param name="Mark">The mark.</param>
/// <param name="IsV4">Whether packets of IPv4 are, if it is of every address.</param>
/// <param name="IsV6">Whether packets of IPv6 are.</param>
internal sealed record MarkedServer(Frontend Frontend, uint Mark, bool IsV4, bool IsV6);

/// <summary>What is in the table.</summary>
/// <param name="Servers">Front ends that packets are marked for.</param>
/// <param name="Marks">Every mark that is ours, also of front ends that are gone and whose connections go on.</param>
internal sealed record MarkTable(ImmutableHashSet<MarkedServer> Servers, ImmutableHashSet<uint> Marks)
{
    public static MarkTable Empty { get; } = new([], []);
}
