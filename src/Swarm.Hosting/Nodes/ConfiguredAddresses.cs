namespace Swarm.Hosting.Nodes;

/// <summary>
/// The addresses in the settings of a process. What a user said when the node was made a member goes before them, so
/// that only a change of the settings means that the node has moved.
/// </summary>
/// <param name="Listen">Address or interface to listen at, with an optional port.</param>
/// <param name="Advertise">Address or interface others reach this node at; empty for none.</param>
internal sealed record ConfiguredAddresses(string Listen, string Advertise)
{
    public static ConfiguredAddresses Of(SwarmManagerOptions options) =>
        new(options.ListenAddress, options.AdvertiseAddress ?? "");

    /// <summary>The addresses of a node whose settings were changed while it was away.</summary>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>: an address is none.</exception>
    public SavedMembership Move(SavedMembership saved) =>
        saved.Configured is not { } before || before == this
            ? saved with { Configured = this }
            : saved with
            {
                Addresses = Merge(
                    saved.Addresses,
                    Listen == before.Listen ? "" : Listen,
                    Advertise == before.Advertise ? "" : Advertise),
                Configured = this,
            };

    /// <summary>Addresses with some of them replaced.</summary>
    /// <param name="addresses">The addresses as they were.</param>
    /// <param name="listen">Another address to listen at; empty for the same.</param>
    /// <param name="advertise">Another address to advertise; empty for the same, or the one to listen at if that is specific.</param>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>: an address is none.</exception>
    public static NodeAddresses Merge(NodeAddresses addresses, string listen, string advertise)
    {
        if (listen.Length == 0 && advertise.Length == 0)
        {
            return addresses;
        }

        var listens = listen.Length > 0 ? listen : addresses.Listen.ToString();
        var resolved = AdvertiseAddress.Resolve(listens, advertise, "", LocalInterface.List(), detect: false);

        // Nothing was said, and the machine is not asked: what others know may still be right.
        return resolved.AdvertiseHost.Length == 0
            ? resolved with
            {
                AdvertiseHost = addresses.AdvertiseHost,
                AdvertisePort = addresses.AdvertisePort == addresses.ListenPort
                    ? resolved.ListenPort
                    : addresses.AdvertisePort,
                DataPathHost = addresses.DataPathHost,
            }
            : resolved with { DataPathHost = addresses.DataPathHost };
    }
}
