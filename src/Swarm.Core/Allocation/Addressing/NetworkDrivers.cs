namespace Swarm.Allocation.Addressing;

/// <summary>Network drivers that the swarm knows, by who gives out the addresses.</summary>
internal static class NetworkDrivers
{
    /// <summary>The driver of networks that span nodes; also what no driver means.</summary>
    public const string Overlay = "overlay";

    /// <summary>The one manager of addresses.</summary>
    public const string DefaultIpam = "default";

    /// <summary>Option that names VXLAN ids, one per subnet, with commas between them.</summary>
    public const string VniOption = "com.docker.network.driver.overlay.vxlanid_list";

    /// <summary>Label of the networks that every node has from the start.</summary>
    public const string PredefinedLabel = "com.docker.swarm.predefined";

    /// <summary>Label of the network of the routing mesh as managers before Docker 17.06 marked it.</summary>
    public const string LegacyIngressLabel = "com.docker.swarm.internal";

    private static readonly HashSet<string> NodeLocal = ["bridge", "host", "ipvlan", "macvlan"];

    public static string NameOf(NetworkSpec spec) => spec.Driver?.Name is { Length: > 0 } name ? name : Overlay;

    public static bool IsNodeLocal(string driver) => NodeLocal.Contains(driver);

    public static bool IsKnown(string driver) => driver == Overlay || IsNodeLocal(driver);

    public static bool IsOverlay(Network network) => (network.DriverState?.Name ?? NameOf(network.Spec)) == Overlay;

    public static bool IsPredefined(Network network) => network.Spec.Labels[PredefinedLabel] == "true";

    /// <summary>True for the network of the routing mesh.</summary>
    public static bool IsIngress(Network network) =>
        network.Spec.Ingress
        || (network.Spec.Name == "ingress" && network.Spec.Labels.ContainsKey(LegacyIngressLabel));
}
