using System.Text.RegularExpressions;
using Swarm.Allocation;
using Swarm.Allocation.Addressing;

namespace Swarm.Hosting.DockerApi;

/// <summary>Which networks a list shows.</summary>
internal static class NetworkFilter
{
    public const string Dangling = "dangling";

    private const RegexOptions Options =
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>What a list may be filtered by.</summary>
    public static readonly string[] Keys = ["driver", "id", "label", "name", "scope", "type", Dangling];

    /// <exception cref="DockerApiException">Status 400: a value that is none.</exception>
    public static void Check(DockerFilters filters)
    {
        foreach (var type in filters["type"])
        {
            if (type is not ("custom" or "builtin"))
            {
                throw DockerApiException.BadRequest($"Invalid filter: 'type'='{type}'");
            }
        }

        foreach (var value in filters[Dangling])
        {
            if (value is not ("true" or "1" or "false" or "0"))
            {
                throw DockerApiException.BadRequest($"Invalid filter: '{Dangling}'='{value}'");
            }
        }
    }

    /// <summary>Everything but use, which takes a look at the services.</summary>
    public static bool Matches(DockerFilters filters, Network network, string driver) =>
        !NetworkDrivers.IsPredefined(network)
        && filters.MatchesExact("driver", driver)
        && filters.MatchesAny("id", pattern => IsMatch(pattern, network.Id.Value))
        && filters.MatchesAny("name", pattern => IsMatch(pattern, network.Spec.Name))
        && filters.MatchesLabels("label", network.Spec.Labels)
        && filters.MatchesExact("scope", "swarm")
        && filters.MatchesAny("type", type => type == "custom");

    /// <summary>True when what the list asks of use holds.</summary>
    public static bool MatchesUse(DockerFilters filters, bool isUsed) =>
        filters.MatchesAny(Dangling, value => (value is "true" or "1") != isUsed);

    /// <summary>Ids of the networks that services use.</summary>
    public static async Task<HashSet<string>> UsedAsync(ISwarmClient swarm, CancellationToken cancellationToken)
    {
        var used = new HashSet<string>();
        await foreach (var service in swarm.Services.ListAsync(cancellationToken))
        {
            used.UnionWith(ServiceNeeds.NetworksOf(service.Spec).Select(attachment => attachment.Target));
            used.UnionWith((service.Endpoint?.VirtualAddresses ?? default).Select(item => item.NetworkId.Value));
        }

        return used;
    }

    // Patterns as the engine has them; they run in linear time, and what is none stands for itself.
    private static bool IsMatch(string pattern, string text)
    {
        if (pattern == text)
        {
            return true;
        }

        try
        {
            return Regex.IsMatch(text, pattern, Options);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return text.Contains(pattern, StringComparison.Ordinal);
        }
    }
}
