using System.Globalization;
using System.Runtime.CompilerServices;

namespace Swarm.Orchestration;

/// <summary>What the labels of a service (<see cref="ServiceLabels"/>) ask for.</summary>
internal sealed record ServicePolicies
{
    public static readonly TimeSpan DefaultUpdateDeadline = TimeSpan.FromMinutes(10);

    /// <summary>Far more than a service should ever move at once.</summary>
    public const int MaxMoves = 1_000;

    /// <summary>Ways of choosing a task.</summary>
    public static readonly string[] Balancers = ["rr", "leastconn", "source", "maglev"];

    private static readonly string[] ProxyVersions = ["", "v1", "v2"];

    private static readonly ConditionalWeakTable<ServiceSpec, ServicePolicies> Known = [];

    /// <summary>How long a new task of an update may take until it runs; null waits for ever.</summary>
    public TimeSpan? UpdateDeadline { get; private init; } = DefaultUpdateDeadline;

    /// <summary>The longest restart delay; null keeps it the same.</summary>
    public TimeSpan? RestartBackoff { get; private init; }

    /// <summary>Tasks that may move at once; 0 for none.</summary>
    public int Moves { get; private init; }

    /// <summary>How long a node is down before its tasks are replaced; null waits for it.</summary>
    public TimeSpan? LostAfter { get; private init; } = TimeSpan.Zero;

    /// <summary>How the mesh chooses tasks, as one of <see cref="Balancers"/>.</summary>
    public string Balancer { get; private init; } = Balancers[0];

    /// <summary>Version of the PROXY protocol that tasks are told their client by; 0 for none.</summary>
    public int ProxyProtocol { get; private init; }

    /// <summary>Where nodes answer published ports.</summary>
    public ListenAddresses Addresses { get; private init; } = ListenAddresses.Any;

    /// <summary>Ports that are reached by name, besides published ones.</summary>
    public ValueList<PortPublication> Exposed { get; private init; }

    /// <summary>The policies of a spec that was let in.</summary>
    public static ServicePolicies Of(Service service) => Known.GetValue(service.Spec, Read);

    /// <summary>Reads the labels.</summary>
    /// <exception cref="SwarmException">One has a value that means nothing.</exception>
    public static ServicePolicies Parse(ValueDictionary<string> labels) => new()
    {
        UpdateDeadline = labels[ServiceLabels.UpdateDeadline] is { } deadline
            ? deadline == "never" ? null : Duration(ServiceLabels.UpdateDeadline, deadline)
            : DefaultUpdateDeadline,
        RestartBackoff = labels[ServiceLabels.RestartBackoff] is { } backoff
            ? Duration(ServiceLabels.RestartBackoff, backoff)
            : null,
        Moves = labels[ServiceLabels.Rebalance] is { } moves ? Count(ServiceLabels.Rebalance, moves) : 0,
        LostAfter = ParseLostAfter(labels[ServiceLabels.Disconnect], labels[ServiceLabels.DisconnectLostAfter]),
        Balancer = Choice(ServiceLabels.IngressBalancer, labels[ServiceLabels.IngressBalancer], Balancers),
        ProxyProtocol = Array.IndexOf(
            ProxyVersions,
            Choice(ServiceLabels.IngressProxyProtocol, labels[ServiceLabels.IngressProxyProtocol], ProxyVersions)),
        Addresses = labels[ServiceLabels.IngressAddress] is { } addresses
            ? ListenAddresses.Parse(addresses) ?? throw Invalid(
                ServiceLabels.IngressAddress, addresses, "addresses or ranges, such as 8080=10.1.0.0/16,127.0.0.1")
            : ListenAddresses.Any,
        Exposed = labels[ServiceLabels.Expose] is { } ports
            ? ExposedPorts.Parse(ports) ?? throw Invalid(ServiceLabels.Expose, ports, "ports such as 80,53/udp")
            : default,
    };

    // Another client may have let in what we would refuse; it must not stop the service.
    private static ServicePolicies Read(ServiceSpec spec)
    {
        try
        {
            return Parse(spec.Labels);
        }
        catch (SwarmException)
        {
            return new ServicePolicies();
        }
    }

    private static TimeSpan? ParseLostAfter(string? disconnect, string? lostAfter)
    {
        if (disconnect is not (null or "replace" or "keep"))
        {
            throw Invalid(ServiceLabels.Disconnect, disconnect, "replace or keep");
        }

        return lostAfter is not null
            ? Duration(ServiceLabels.DisconnectLostAfter, lostAfter)
            : disconnect == "keep" ? null : TimeSpan.Zero;
    }

    // The first one is what there is without the label.
    private static string Choice(string label, string? value, string[] choices) => value is null
        ? choices[0]
        : choices.Contains(value, StringComparer.Ordinal) && value.Length > 0
            ? value
            : throw Invalid(label, value, $"one of {string.Join(", ", choices.Where(choice => choice.Length > 0))}");

    private static TimeSpan Duration(string label, string value) =>
        DurationText.TryParse(value, out var duration) && duration > TimeSpan.Zero
            ? duration
            : throw Invalid(label, value, "a duration such as 90s or 10m");

    private static int Count(string label, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxMoves
            ? count
            : throw Invalid(label, value, $"a number from 0 to {MaxMoves}");

    private static SwarmException Invalid(string label, string value, string wanted) =>
        SwarmException.InvalidArgument($"invalid value \"{value}\" for label {label}: must be {wanted}");
}
