using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text;

namespace Swarm.Net.Overlay;

/// <summary>What things are called, so that they are known for what they are. Pure.</summary>
internal static class OverlayNames
{
    /// <summary>The bridge of a network, in its own namespace.</summary>
    public const string Bridge = "br0";

    /// <summary>The tunnel of a network, in its own namespace.</summary>
    public const string Tunnel = "vxlan0";

    /// <summary>A member's way to its machine and the outside.</summary>
    public const string Outside = "gw0";

    private const char OfNetwork = 'n';
    private const char OfMember = 't';

    /// <summary>What the names of all namespaces begin with.</summary>
    public static string PrefixOf(OverlayOptions options) => $"swarm-{options.Owner}-";

    /// <summary>Path of a network's namespace.</summary>
    public static string PathOf(OverlayOptions options, int vni) => Path.Combine(
        options.Directory,
        string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(options)}{OfNetwork}{vni}"));

    /// <summary>Path of a member's namespace.</summary>
    public static string PathOf(OverlayOptions options, string member) =>
        Path.Combine(options.Directory, $"{PrefixOf(options)}{OfMember}{member}");

    /// <summary>The VNI of a network's namespace; null for the path of something else.</summary>
    public static int? NetworkOf(OverlayOptions options, string path) =>
        Path.GetFileName(path) is var name
        && name.StartsWith($"{PrefixOf(options)}{OfNetwork}", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(PrefixOf(options).Length + 1), CultureInfo.InvariantCulture, out var vni)
            ? vni
            : null;

    /// <summary>The member of a namespace; null for the path of something else.</summary>
    public static string? MemberOf(OverlayOptions options, string path) =>
        Path.GetFileName(path) is var name
        && name.StartsWith($"{PrefixOf(options)}{OfMember}", StringComparison.Ordinal)
            ? name[(PrefixOf(options).Length + 1)..]
            : null;

    /// <summary>The bridge in the machine's own namespace.</summary>
    public static string OutsideBridge(OverlayOptions options) => $"swgw{options.Owner}";

    /// <summary>A table of nftables in the machine's own namespace.</summary>
    public static string TableOf(OverlayOptions options, string purpose) => $"swarm_{purpose}_{options.Owner}";

    /// <summary>The other end of a member's wire; the names of interfaces have 15 letters at most.</summary>
    public static string WireOf(string member)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(member));
        return $"sw{Convert.ToHexStringLower(hash.AsSpan(0, 6))}";
    }

    /// <summary>A number that belongs to a member; 0 or more.</summary>
    public static int NumberOf(string member) => SHA256.HashData(Encoding.UTF8.GetBytes(member))[0];

    /// <summary>The hardware address that belongs to an address, as Docker has it: nobody has to be asked for it.</summary>
    public static PhysicalAddress HardwareOf(IPAddress address) => new([0x02, 0x42, .. address.GetAddressBytes()]);
}
