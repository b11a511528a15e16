using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Swarm.Net.Ipvs;

/// <summary>Reads what <c>nft -j list table</c> prints of the table that an earlier process left.</summary>
internal static class MarkLedger
{
    /// <summary>Front ends with their marks, and all marks.</summary>
    public static (Dictionary<Frontend, uint> Servers, HashSet<uint> Marks) Parse(string json)
    {
        var servers = new Dictionary<Frontend, uint>();
        var marks = new HashSet<uint>();
        using var document = JsonDocument.Parse(json);
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("map", out var map) && map.TryGetProperty("elem", out var pairs))
            {
                var isV6 = map.GetProperty("name").GetString() is "everywhere6";
                foreach (var pair in pairs.EnumerateArray())
                {
                    if (ReadFrontend(pair[0].GetProperty("concat"), isV6) is { } frontend)
                    {
                        // Of every address in both families: it was one front end, that of both.
                        var twin = frontend with { Address = IPAddress.Any };
                        servers.Remove(frontend.Address.Equals(IPAddress.IPv6Any) ? twin : frontend);
                        servers[frontend] = ReadMark(pair[1]);
                    }
                }
            }
            else if (item.TryGetProperty("set", out var set) && set.TryGetProperty("elem", out var elements))
            {
                marks.UnionWith(elements.EnumerateArray().Select(ReadMark));
            }
        }

        return (servers, marks);
    }

    private static Frontend? ReadFrontend(JsonElement parts, bool isV6)
    {
        var isEverywhere = parts.GetArrayLength() == 2;
        var address = isV6 ? IPAddress.IPv6Any : IPAddress.Any;
        if (!isEverywhere && !IPAddress.TryParse(parts[0].GetString(), out address!))
        {
            return null;
        }

        var transport = parts[isEverywhere ? 0 : 1].GetString() == "udp" ? Transport.Udp : Transport.Tcp;
        return new Frontend(address, parts[isEverywhere ? 1 : 2].GetInt32(), transport);
    }

    private static uint ReadMark(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number)
        {
            return element.GetUInt32();
        }

        var digits = element.GetString()!.Replace("0x", "", StringComparison.Ordinal);
        return uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
