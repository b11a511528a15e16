using System.Globalization;

namespace Swarm.Orchestration;

/// <summary>Ports that tasks listen at without their being published (<see cref="ServiceLabels.Expose"/>).</summary>
internal static class ExposedPorts
{
    /// <summary>As many as anybody will want; each costs a listener on every node of the network.</summary>
    private const int Most = 64;

    /// <summary>Reads a list such as <c>80,53/udp</c>; null when it is none.</summary>
    public static ValueList<PortPublication>? Parse(string text)
    {
        var ports = new List<PortPublication>();
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryParse(item, out var number, out var protocol) || ports.Count == Most)
            {
                return null;
            }

            ports.Add(new PortPublication(number, Protocol: protocol));
        }

        return ports.Distinct().ToValueList();
    }

    /// <summary>All ports at which a task of a service is to listen: published ones, then the others.</summary>
    public static ValueList<PortPublication> With(ValueList<PortPublication> published, string? label) =>
        label is null || Parse(label) is not { } exposed
            ? published
            : [.. published, .. exposed.Where(port => !published.Any(other => IsSame(port, other)))];

    /// <summary>Reads a port such as <c>80</c> or <c>53/udp</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int number, out PortProtocol protocol)
    {
        var slash = text.IndexOf('/');
        var name = slash < 0 ? "tcp" : text[(slash + 1)..];
        protocol = name is "udp" ? PortProtocol.Udp : PortProtocol.Tcp;
        var digits = slash < 0 ? text : text[..slash];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number is >= 1 and <= ushort.MaxValue
            && name is "tcp" or "udp";
    }

    private static bool IsSame(PortPublication one, PortPublication other) =>
        one.TargetPort == other.TargetPort && one.Protocol == other.Protocol;
}
