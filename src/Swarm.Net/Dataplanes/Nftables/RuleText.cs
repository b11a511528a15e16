using System.Globalization;
using System.Net;
using System.Text;
using Swarm.Net.Kernel;

namespace Swarm.Net.Nftables;

/// <summary>
/// The language of <c>nft</c>. One chain per virtual server chooses, one chain per back end counts and translates;
/// three maps lead from where a packet goes to the chain of its virtual server.
/// </summary>
internal sealed class RuleText(NftablesOptions options)
{
    private readonly StringBuilder _text = new();

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => _text.Length == 0;

    // Before translation, so that only what this plane sends there gets to a loopback address.
    private string Guard => options.RoutesLoopback
        ? """
          chain guard {
                type filter hook prerouting priority -300
                iifname != "lo" ip daddr 127.0.0.0/8 drop
              }
          """
        : "";

    private string Table => $"inet {options.Table}";

    /// <summary>The table anew, with nothing in it but the way to the maps.</summary>
    public RuleText Begin()
    {
        // Deleted only after it was added, so that it does not matter whether it was there.
        _text.AppendLine(CultureInfo.InvariantCulture, $$"""
            add table {{Table}}
            delete table {{Table}}
            table {{Table}} {
              map everywhere { type inet_proto . inet_service : verdict
              }
              map address4 { type ipv4_addr . inet_proto . inet_service : verdict
              }
              map address6 { type ipv6_addr . inet_proto . inet_service : verdict
              }
              chain refuse {
                meta l4proto tcp reject with tcp reset
                reject
              }
              {{Guard}}
              chain choose {
                ip daddr . meta l4proto . th dport vmap @address4
                ip6 daddr . meta l4proto . th dport vmap @address6
                fib daddr type local meta l4proto . th dport vmap @everywhere
              }
              chain arriving {
                type nat hook prerouting priority -100
                jump choose
              }
              chain starting {
                type nat hook output priority -100
                jump choose
              }
              chain leaving {
                type nat hook postrouting priority 100
                oifname "lo" return
                ct mark and {{options.ConnectionMark}} != 0 masquerade
              }
            }
            """);
        return this;
    }

    /// <summary>A virtual server that was not there.</summary>
    public RuleText Add(VirtualServer server)
    {
        Line($"add chain {Table} {Names.Of(server.Frontend)}");
        foreach (var backend in server.Backends)
        {
            Add(server.Frontend, backend);
        }

        Choose(server);
        Line($"add element {Table} {Element(server.Frontend)} : goto {Names.Of(server.Frontend)} }}");
        return this;
    }

    /// <summary>A virtual server whose back ends or balancer are others now; what stays keeps its counters.</summary>
    public RuleText Change(VirtualServer before, VirtualServer after)
    {
        foreach (var backend in after.Backends.Where(backend => !before.Backends.Any(backend.IsSamePlace)))
        {
            Add(after.Frontend, backend);
        }

        Line($"flush chain {Table} {Names.Of(after.Frontend)}");
        Choose(after);
        foreach (var backend in before.Backends.Where(backend => !after.Backends.Any(backend.IsSamePlace)))
        {
            Delete(after.Frontend, backend);
        }

        return this;
    }

    /// <summary>A virtual server that is no more.</summary>
    public RuleText Remove(VirtualServer server)
    {
        Line($"delete element {Table} {Element(server.Frontend)} }}");
        Line($"flush chain {Table} {Names.Of(server.Frontend)}");
        Line($"delete chain {Table} {Names.Of(server.Frontend)}");
        foreach (var backend in server.Backends)
        {
            Delete(server.Frontend, backend);
        }

        return this;
    }

    /// <summary>No table.</summary>
    public RuleText End()
    {
        Line($"add table {Table}");
        Line($"delete table {Table}");
        return this;
    }

    public override string ToString() => _text.ToString();

    private static string Element(Frontend frontend)
    {
        var port = $"{Names.Of(frontend.Transport)} . {frontend.Port}";
        return frontend.IsEverywhere()
            ? $"everywhere {{ {port}"
            : $"{(frontend.Address.IsV6() ? "address6" : "address4")} {{ {frontend.Address} . {port}";
    }

    private static string Key(BalancerKind balancer, string family) => balancer == BalancerKind.Maglev
        ? $"jhash {family} saddr . th sport"
        : $"jhash {family} saddr";

    private void Add(Frontend frontend, Backend backend)
    {
        var chain = Names.Of(frontend, backend);
        var v6 = backend.Address.IsV6();
        var target = v6 ? $"[{backend.Address}]:{backend.Port}" : $"{backend.Address}:{backend.Port}";
        Line($"add chain {Table} {chain}");
        Line($"add rule {Table} {chain} meta l4proto {Names.Of(frontend.Transport)} "
            + $"ct mark set ct mark or {options.ConnectionMark} counter dnat {(v6 ? "ip6" : "ip")} to {target}");
    }

    private void Delete(Frontend frontend, Backend backend)
    {
        Line($"flush chain {Table} {Names.Of(frontend, backend)}");
        Line($"delete chain {Table} {Names.Of(frontend, backend)}");
    }

    // A packet of a family that has no back end gets to the end and is refused.
    private void Choose(VirtualServer server)
    {
        var chain = $"add rule {Table} {Names.Of(server.Frontend)}";
        foreach (var family in server.Eligible().GroupBy(backend => backend.Address.IsV6()))
        {
            Backend[] backends = [.. family];
            var only = $"{chain} meta nfproto {(family.Key ? "ipv6" : "ipv4")}";
            if (backends.Length > 1)
            {
                Line($"{only} {Selection(server, family.Key, backends)}");
            }

            // A packet may find the map empty while another takes its place, although it still sees the old rules.
            Line($"{only} goto {Names.Of(server.Frontend, backends[0])}");
        }

        var isV4 = server.Frontend.Address.Equals(IPAddress.Any);
        Line($"{chain} {(isV4 ? "meta nfproto ipv4 " : "")}goto refuse");
    }

    private static string Selection(VirtualServer server, bool v6, Backend[] backends)
    {
        var byHash = server.Affinity is not null || server.Balancer is BalancerKind.SourceHash or BalancerKind.Maglev;
        var weighted = byHash || server.Balancer == BalancerKind.WeightedRoundRobin;
        var turns = new StringBuilder();
        var next = 0L;
        foreach (var backend in backends)
        {
            var end = next + (weighted ? backend.Weight : 1);
            turns.Append(CultureInfo.InvariantCulture, $"{(next > 0 ? ", " : "")}{next}");
            turns.Append(CultureInfo.InvariantCulture, $"{(end > next + 1 ? $"-{end - 1}" : "")}");
            turns.Append(CultureInfo.InvariantCulture, $" : goto {Names.Of(server.Frontend, backend)}");
            next = end;
        }

        var balancer = server.Affinity is null ? server.Balancer : BalancerKind.SourceHash;
        var number = byHash
            ? $"{Key(balancer, v6 ? "ip6" : "ip")} mod {next} seed 0x53776d"
            : $"numgen inc mod {next}";
        return $"{number} vmap {{ {turns} }}";
    }

    private void Line(string text) => _text.AppendLine(text);
}
