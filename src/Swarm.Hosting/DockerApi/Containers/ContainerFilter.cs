using System.Globalization;
using System.Text.RegularExpressions;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>Which containers <c>docker ps</c> shows.</summary>
internal sealed class ContainerFilter
{
    public static readonly string[] Keys =
    [
        "id", "name", "label", "status", "health", "is-task", "ancestor", "network", "volume", "exited", "since",
        "before", "expose", "publish", "isolation",
    ];

    private static readonly string[] States =
        ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

    private static readonly string[] HealthStates = ["none", "starting", "healthy", "unhealthy"];

    private readonly DockerFilters _filters;
    private readonly Regex[] _names;
    private readonly DateTimeOffset? _since;
    private readonly DateTimeOffset? _before;

    /// <summary>Checks the values.</summary>
    /// <exception cref="DockerApiException">Status 400: not a value of its key; 404: unknown container.</exception>
    public ContainerFilter(DockerFilters filters, IReadOnlyList<ContainerInfo> containers)
    {
        _filters = filters;
        Require("status", States);
        Require("health", HealthStates);
        Require("is-task", ["true", "false", "1", "0"]);
        _names = [.. filters["name"].Select(Pattern)];
        _since = Newest("since", containers);
        _before = Newest("before", containers);
    }

    /// <summary>Asking for a state means containers that do not run, too.</summary>
    public bool WantsEnded => _filters.Has("status") || _filters.Has("exited");

    public bool Matches(ContainerInfo container) =>
        _filters.MatchesPrefix("id", container.Id)
        && (_names.Length == 0 || _names.Any(n => n.IsMatch(container.Name) || n.IsMatch("/" + container.Name)))
        && _filters.MatchesLabels("label", container.Labels)
        && _filters.MatchesExact("status", ContainerText.State(container.State))
        && _filters.MatchesExact("health", container.Health?.Status ?? "none")
        && _filters.MatchesAny("is-task", v => v is "true" or "1")
        && _filters.MatchesAny("ancestor", v => IsAncestor(container, v))
        && _filters.MatchesAny("network", v => IsOnNetwork(container, v))
        && _filters.MatchesAny("volume", v => HasVolume(container, v))
        && _filters.MatchesAny("exited", v => HasExited(container, v))
        && _filters.MatchesAny("expose", v => HasPort(v, container, p => p.TargetPort))
        && _filters.MatchesAny("publish", v => HasPort(v, container, p => p.PublishedPort))
        && !(container.CreatedAt <= _since)
        && !(container.CreatedAt >= _before);

    private void Require(string key, string[] known)
    {
        if (_filters[key].FirstOrDefault(v => !known.Contains(v)) is { } unknown)
        {
            throw DockerApiException.BadRequest($"Invalid filter '{key}={unknown}'");
        }
    }

    // Engine patterns are regular expressions of linear time; what is none is taken as it is written.
    private static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return new Regex(Regex.Escape(text), RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        }
    }

    private DateTimeOffset? Newest(string key, IReadOnlyList<ContainerInfo> containers) =>
        _filters.Has(key) ? _filters[key].Max(r => ContainerLookup.Find(containers, r).CreatedAt) : null;

    private static bool IsAncestor(ContainerInfo container, string image) =>
        ImageReference.Tagged(container.Image) == ImageReference.Tagged(image)
        || ContainerText.ImageId(container.Image) == image;

    private static bool IsOnNetwork(ContainerInfo container, string network) =>
        ContainerWriter.WriteNetworks(container)
            .Any(n => n.Key == network || (n.Value.NetworkId.Length > 0 && n.Value.NetworkId == network));

    private static bool HasVolume(ContainerInfo container, string volume) =>
        ContainerWriter.WriteMounts(container).Any(m => m.Name == volume || m.Destination == volume);

    private static bool HasExited(ContainerInfo container, string code) =>
        container.State == ContainerState.Exited
        && container.ExitCode.ToString(CultureInfo.InvariantCulture) == code;

    private static bool HasPort(string text, ContainerInfo container, Func<PortPublication, int> number)
    {
        var (wanted, protocol) = text.Split('/') is [var left, var right] ? (left, right) : (text, "tcp");
        return container.Ports.Any(p =>
            number(p).ToString(CultureInfo.InvariantCulture) == wanted && EnumText.Write(p.Protocol) == protocol);
    }
}
