using System.Globalization;
using System.Text.Json;
using Swarm.Compose.Conversion;

namespace Swarm.Tool.Stacks;

/// <summary>How ids, images and ports are shown in listings.</summary>
internal static class ShortText
{
    private const int ShortId = 12;

    public static string OfId(string id) => id.Length > ShortId ? id[..ShortId] : id;

    /// <summary>Without the digest, when there is a tag to know it by.</summary>
    public static string OfImage(string image) =>
        ImageName.TryParse(image) is { Tag.Length: > 0 } name ? (name with { Digest = "" }).Familiar : image;

    /// <summary>Published ports; neighbours are shown as ranges.</summary>
    public static string OfPorts(IEnumerable<JsonElement> ports, bool ingressOnly)
    {
        var ranges = new List<(string Protocol, ulong Published, ulong Target, ulong Count)>();
        foreach (var port in ports
            .Where(port => !ingressOnly || port.TextAt("PublishMode") is "ingress")
            .OrderBy(port => port.TextAt("Protocol"), StringComparer.Ordinal)
            .ThenBy(port => port.NumberAt("PublishedPort")))
        {
            var (protocol, published, target) =
                (port.TextAt("Protocol"), port.NumberAt("PublishedPort"), port.NumberAt("TargetPort"));
            if (ranges is [.., var last] && last.Protocol == protocol
                && last.Published + last.Count == published && last.Target + last.Count == target)
            {
                ranges[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                ranges.Add((protocol, published, target, 1));
            }
        }

        return string.Join(", ", ranges.Select(range =>
            $"*:{Range(range.Published, range.Count)}->{Range(range.Target, range.Count)}/{range.Protocol}"));
    }

    private static string Range(ulong first, ulong count) => count == 1
        ? first.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{first}-{first + count - 1}");
}
