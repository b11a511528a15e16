using System.Text.Json;

namespace Swarm.Net.Nftables;

/// <summary>Reads what <c>nft -j list table</c> prints.</summary>
internal static class ChainCounters
{
    /// <summary>Packets counted in each chain; a chain that translates sees one of every connection.</summary>
    public static Dictionary<string, long> Parse(string json)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("rule", out var rule) && FindCounter(rule) is { } packets)
            {
                counts[rule.GetProperty("chain").GetString()!] = packets;
            }
        }

        return counts;
    }

    private static long? FindCounter(JsonElement rule)
    {
        foreach (var expression in rule.GetProperty("expr").EnumerateArray())
        {
            if (expression.TryGetProperty("counter", out var counter)
                && counter.ValueKind == JsonValueKind.Object
                && counter.TryGetProperty("packets", out var packets))
            {
                return packets.GetInt64();
            }
        }

        return null;
    }
}
