namespace Swarm;

/// <summary>
/// Labels of a service that ask for what Docker's spec has no field for. They travel with any client that can set
/// labels, such as <c>docker service create --label swarm.restart.backoff=5m</c>, and engines that do not know them
/// ignore them.
/// </summary>
/// <remarks>
/// Durations are written as Go writes them, such as <c>90s</c>, <c>10m</c> or <c>1h30m</c>. A value that cannot be read
/// is refused when the service is created or updated.
/// </remarks>
public static class ServiceLabels
{
    /// <summary>
    /// How long a new task of an update may take until it runs; later it counts as a failure of the update.
    /// <c>never</c>
    /// waits for ever, as Docker does.
    /// </summary>
    /// <value>Without the label 10 minutes (Kubernetes' progress deadline).</value>
    public const string UpdateDeadline = "swarm.update.deadline";

    /// <summary>
    /// The longest restart delay. Each restart of a slot doubles the delay of its policy up to this; a task that has
    /// run
    /// for this long starts over with the policy's delay.
    /// </summary>
    /// <value>Without the label the delay stays the same.</value>
    public const string RestartBackoff = "swarm.restart.backoff";

    /// <summary>
    /// How many tasks of a replicated service may move at once to nodes that joined or came back; a task moves by
    /// starting its replacement first.
    /// </summary>
    /// <value>Without the label, or with 0, running tasks stay where they are.</value>
    public const string Rebalance = "swarm.rebalance";

    /// <summary>
    /// What happens to tasks on a node that is down: <c>replace</c> starts others elsewhere, <c>keep</c> waits for the
    /// node.
    /// </summary>
    /// <value>Without the label <c>replace</c>.</value>
    public const string Disconnect = "swarm.disconnect";

    /// <summary>
    /// How long a node has to be down before its tasks are replaced, with either value of <see cref="Disconnect"/>.
    /// </summary>
    /// <value>Without the label no time at all for <c>replace</c>, for ever for <c>keep</c>.</value>
    public const string DisconnectLostAfter = "swarm.disconnect.lost-after";

    /// <summary>
    /// How the routing mesh chooses a task for a connection to a published port: <c>rr</c>, <c>leastconn</c>,
    /// <c>source</c> (the same task for the same client) or <c>maglev</c>.
    /// </summary>
    /// <value>Without the label <c>rr</c>, as Docker does.</value>
    public const string IngressBalancer = "swarm.ingress.balancer";

    /// <summary>
    /// Whether tasks are told who their client is, by a header of the PROXY protocol before the first byte of each
    /// connection: <c>v1</c> or <c>v2</c>. TCP ports in ingress mode only.
    /// </summary>
    /// <value>Without the label they are not.</value>
    public const string IngressProxyProtocol = "swarm.ingress.proxy-protocol";

    /// <summary>
    /// The addresses of a node at which published ports are answered, each an address or a range such as
    /// <c>10.0.0.0/8</c>, for all ports or with the port in front: <c>127.0.0.1</c>, or
    /// <c>8080=10.1.0.0/16,53/udp=127.0.0.1</c>. A node that has none of them does not answer the port.
    /// Ingress mode only.
    /// </summary>
    /// <value>Without the label, and for ports that it does not name, wherever the node answers all others.</value>
    public const string IngressAddress = "swarm.ingress.address";

    /// <summary>
    /// Ports at which tasks listen for other services of their networks only, such as <c>80,53/udp</c>: tasks that are
    /// processes get a port of their node for each, as for published ones.
    /// </summary>
    /// <value>Without the label only published ports are reached by name.</value>
    public const string Expose = "swarm.expose";
}
