using System.Globalization;
using System.Net;
using System.Text;

namespace Swarm.Net.Overlay;

/// <summary>
/// What stands for virtual addresses in the namespace of a member: whatever it sends there goes to one of the members
/// behind it, in turn. They see who sends it, and no other machine or namespace has any part in it.
/// </summary>
/// <param name="space">The namespace.</param>
/// <param name="start">Where its turns begin, so that not all members begin with the same one.</param>
internal sealed class MemberRules(NetworkNamespace space, int start)
{
    private const string Table = "swarm_overlay";

    private string? _written;
    private Dictionary<IPAddress, IPAddress[]> _services = [];

    /// <summary>Brings the rules to what networks say.</summary>
    /// <exception cref="IOException">nftables refuses.</exception>
    public async Task BringAsync(
        IEnumerable<OverlayNetwork> networks,
        OverlayOptions options,
        WriteCount writes,
        CancellationToken cancellationToken)
    {
        var services = new Dictionary<IPAddress, IPAddress[]>();
        foreach (var service in networks.SelectMany(network => network.Services))
        {
            IPAddress[] backends = [.. service.Backends.Distinct()];
            var first = backends.Length == 0 ? 0 : start % backends.Length;
            services.TryAdd(service.Address, [.. backends[first..], .. backends[..first]]);
        }

        var text = TextOf(services);
        if (text == _written)
        {
            return;
        }

        var rules = new NamespaceRules(space, options);
        await rules.WriteAsync(text, writes, cancellationToken);
        var before = _services;
        (_written, _services) = (text, services);

        // Packets of UDP have no connection that would end by itself.
        foreach (var (address, backends) in before)
        {
            foreach (var gone in backends.Except(services.GetValueOrDefault(address) ?? []))
            {
                await rules.ForgetAsync("-p", "udp", "--orig-dst", address.ToString(), "--reply-src", gone.ToString());
            }
        }
    }

    /// <summary>The rules. Pure.</summary>
    internal static string TextOf(IReadOnlyDictionary<IPAddress, IPAddress[]> services)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"add table ip {Table}");
        text.AppendLine(CultureInfo.InvariantCulture, $"delete table ip {Table}");
        text.AppendLine(CultureInfo.InvariantCulture, $"table ip {Table} {{");
        text.AppendLine("""
              chain refuse {
                meta l4proto tcp reject with tcp reset
                reject
              }
            """);
        foreach (var (address, backends) in services)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $$"""
                  chain {{NameOf(address)}} {
                    {{TargetOf(backends)}}
                  }
                """);
        }

        var ways = string.Join(", ", services.Keys.Select(address => $"{address} : goto {NameOf(address)}"));
        text.AppendLine(CultureInfo.InvariantCulture, $$"""
              chain starting {
                type nat hook output priority -100
                {{(ways.Length == 0 ? "" : $"ip daddr vmap {{ {ways} }}")}}
              }
            }
            """);
        return text.ToString();
    }

    private static string NameOf(IPAddress address) => $"to_{address.ToString().Replace('.', '_')}";

    private static string TargetOf(IPAddress[] backends) => backends.Length switch
    {
        0 => "goto refuse",
        1 => $"dnat to {backends[0]}",
        _ => $"dnat to numgen inc mod {backends.Length} map {{ "
            + string.Join(", ", backends.Select((backend, index) => $"{index} : {backend}"))
            + " }",
    };
}
