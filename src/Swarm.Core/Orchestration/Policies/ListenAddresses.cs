using System.Net;

namespace Swarm.Orchestration;

/// <summary>Addresses at which published ports are answered (<see cref="ServiceLabels.IngressAddress"/>).</summary>
/// <param name="Choices">In the order of the label; none for any address.</param>
internal sealed record ListenAddresses(ValueList<ListenAddress> Choices)
{
    private const int Most = 64;

    /// <summary>Wherever the node likes.</summary>
    public static ListenAddresses Any { get; } = new(default(ValueList<ListenAddress>));

    /// <summary>Reads a label; null when it makes no sense.</summary>
    public static ListenAddresses? Parse(string text)
    {
        var choices = new List<ListenAddress>();
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var (number, protocol) = (0, PortProtocol.Tcp);
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if ((equals >= 0 && !ExposedPorts.TryParse(item.AsSpan(0, equals), out number, out protocol))
                || !IsRange(item[(equals + 1)..])
                || choices.Count == Most)
            {
                return null;
            }

            choices.Add(new(number, protocol, item[(equals + 1)..]));
        }

        return new(choices.ToValueList());
    }

    /// <summary>The ranges for a port; none for any address.</summary>
    public ValueList<string> Of(PortPublication port)
    {
        var own = Choices.Where(choice => choice.Port == port.PublishedPort && choice.Protocol == port.Protocol);
        var chosen = own.Any() ? own : Choices.Where(choice => choice.Port == 0);
        return chosen.Select(choice => choice.Range).ToValueList();
    }

    // A mere number is an address, too, and never meant as one.
    private static bool IsRange(string text) =>
        text.AsSpan().ContainsAny('.', ':') && (IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _));
}

/// <summary>Where a port is answered.</summary>
/// <param name="Port">The published port; 0 for all that are not named.</param>
/// <param name="Protocol">Its transport.</param>
/// <param name="Range">An address, or a range of them.</param>
internal sealed record ListenAddress(int Port, PortProtocol Protocol, string Range);
