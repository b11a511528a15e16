using System.Buffers.Binary;
using System.Net;

namespace Swarm.Net.Overlay;

/// <summary>
/// A bridge in the machine's own namespace that members reach the outside by, with the machine's address. They do not
/// reach each other there: networks are what they have for that.
/// </summary>
internal sealed class OutsideBridge
{
    private const string Forwarding = "ipv4/ip_forward";

    private readonly OverlayOptions _options;
    private readonly WriteCount _writes;
    private string? _written;

    private OutsideBridge(OverlayOptions options, NamespaceLinks links, WriteCount writes, Link bridge, LinkAddress own)
    {
        (_options, _writes, Links, Bridge) = (options, writes, links, bridge);
        (Address, Mtu) = (own.Address, bridge.Mtu);
        Subnet = new IPNetwork(Masked(own.Address, own.Prefix), own.Prefix);
    }

    public NamespaceLinks Links { get; }

    public Link Bridge { get; }

    /// <summary>The machine's own address there.</summary>
    public IPAddress Address { get; }

    public IPNetwork Subnet { get; }

    public int Mtu { get; }

    private string Table => OverlayNames.TableOf(_options, "out");

    /// <summary>Makes it, or takes it over.</summary>
    /// <param name="options">Options.</param>
    /// <param name="links">The machine's interfaces.</param>
    /// <param name="writes">Counts what is written.</param>
    /// <param name="others">Addresses that are in use elsewhere.</param>
    /// <exception cref="IOException">There is no subnet left for it, or the kernel refuses.</exception>
    public static OutsideBridge Require(
        OverlayOptions options,
        NamespaceLinks links,
        WriteCount writes,
        IReadOnlyCollection<IPNetwork> others)
    {
        const int usual = 1_500;
        var name = OverlayNames.OutsideBridge(options);
        var addresses = links.Addresses();
        var uplink = addresses.FirstOrDefault(item => item.Address.Equals(options.Address))?.Link;
        var mtu = links.List().FirstOrDefault(link => link.Index == uplink)?.Mtu ?? usual;
        var bridge = links.RequireBridge(name, Math.Min(mtu, ushort.MaxValue));
        links.Bring(bridge);
        var own = addresses.FirstOrDefault(item => item.Link == bridge.Index);
        if (own is null)
        {
            var subnet = Choose(options, [.. others, .. TakenBy(links)]);
            own = new LinkAddress(bridge.Index, Add(subnet.BaseAddress, 1), subnet.PrefixLength);
            links.BringAddresses(bridge, (own.Address, own.Prefix));
        }

        if (links.Space.Set(Forwarding, "1"))
        {
            writes.Add();
        }

        return new OutsideBridge(options, links, writes, bridge, own);
    }

    /// <summary>Removes one that is not needed; none is fine.</summary>
    public static async Task RemoveAsync(OverlayOptions options, NamespaceLinks links, WriteCount writes)
    {
        var name = OverlayNames.OutsideBridge(options);
        if (links.Find(name) is not { Kind: "bridge" } bridge)
        {
            return;
        }

        foreach (var link in links.List().Where(link => link.Master == bridge.Index))
        {
            links.TryRemove(RouteMessages.RemoveLink(link.Index));
        }

        links.TryRemove(RouteMessages.RemoveLink(bridge.Index));
        await new NamespaceRules(links.Space, options).RemoveAsync(OverlayNames.TableOf(options, "out"), writes);
    }

    /// <summary>The first address that nobody has.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public IPAddress Free(IReadOnlySet<IPAddress> taken)
    {
        var last = (1u << (32 - Subnet.PrefixLength)) - 1;
        for (var number = 1u; number < last; number++)
        {
            var address = Add(Subnet.BaseAddress, number);
            if (!address.Equals(Address) && !taken.Contains(address))
            {
                return address;
            }
        }

        throw new IOException($"all addresses of {Subnet} are in use");
    }

    /// <summary>Ends a member's wire here.</summary>
    public void Attach(Link wire)
    {
        var isNew = wire.Master != Bridge.Index;
        Links.Bring(wire, Mtu, Bridge);
        if (isNew)
        {
            Links.Write(RouteMessages.Isolate(wire.Index));
        }
    }

    /// <summary>Removes wires whose members are gone.</summary>
    public void KeepWires(IReadOnlySet<string> wires)
    {
        foreach (var link in Links.List().Where(link => link.Master == Bridge.Index && !wires.Contains(link.Name)))
        {
            Links.TryRemove(RouteMessages.RemoveLink(link.Index));
        }
    }

    /// <summary>Lets members out with the machine's address.</summary>
    /// <exception cref="IOException">nftables refuses.</exception>
    public async Task BringRulesAsync(CancellationToken cancellationToken)
    {
        var text = $$"""
            add table ip {{Table}}
            delete table ip {{Table}}
            table ip {{Table}} {
              chain leaving {
                type nat hook postrouting priority 100
                ip saddr {{Subnet}} oifname != "{{Bridge.Name}}" masquerade
              }
              chain passing {
                type filter hook forward priority 0
                iifname "{{Bridge.Name}}" oifname "{{Bridge.Name}}" drop
              }
            }

            """;
        if (text != _written)
        {
            await new NamespaceRules(Links.Space, _options).WriteAsync(text, _writes, cancellationToken);
            _written = text;
        }
    }

    private static IEnumerable<IPNetwork> TakenBy(NamespaceLinks links) =>
        links.Routes().Select(route => route.Target).Where(target => target.PrefixLength > 0);

    private static IPNetwork Choose(OverlayOptions options, IPNetwork[] taken)
    {
        var pool = options.OutsidePool;
        var count = 1L << Math.Max(0, options.OutsidePrefix - pool.PrefixLength);
        var size = 1u << (32 - options.OutsidePrefix);
        for (var number = 0L; number < count; number++)
        {
            var candidate = new IPNetwork(Add(pool.BaseAddress, (uint)number * size), options.OutsidePrefix);
            if (!taken.Any(other => other.Contains(candidate.BaseAddress) || candidate.Contains(other.BaseAddress)))
            {
                return candidate;
            }
        }

        throw new IOException($"{pool} has no subnet that is free on this machine, for the way to the outside");
    }

    private static IPAddress Add(IPAddress address, uint number)
    {
        var bytes = address.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + number);
        return new IPAddress(bytes);
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        var mask = prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) & mask);
        return new IPAddress(bytes);
    }
}
