using Swarm.Net.Kernel;
using Swarm.Net.Netlink;
using Swarm.Net.Overlay;

namespace Swarm.Net;

/// <content>What has to be there.</content>
public sealed partial class VxlanOverlay
{
    /// <summary>Looks whether overlays can work here; leaves nothing behind.</summary>
    /// <param name="options">Options; null means the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is in the way, or null.</returns>
    public static async ValueTask<string?> FindObstacleAsync(
        OverlayOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new OverlayOptions("trial", System.Net.IPAddress.Loopback);
        if (!OperatingSystem.IsLinux())
        {
            return "overlay networks need Linux";
        }

        var path = Path.Combine(options.Directory, $"swarm-trial-{Environment.ProcessId}");
        try
        {
            return await TryAsync(path, options, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"network namespaces cannot be made: {exception.Message}";
        }
        finally
        {
            Forget(path);
        }
    }

    private static async Task<string?> TryAsync(
        string path,
        OverlayOptions options,
        CancellationToken cancellationToken)
    {
        var writes = new WriteCount();
        using var space = NetworkNamespace.Create(path);
        using var links = new NamespaceLinks(space, writes);
        try
        {
            var tunnel = new Tunnel(1, (ushort)options.Port, System.Net.IPAddress.Loopback);
            links.RequireBridge(OverlayNames.Bridge, OverlayNetwork.UsualMtu);
            links.Write(RouteMessages.AddVxlan(OverlayNames.Tunnel, OverlayNetwork.UsualMtu, tunnel, space));
        }
        catch (NetlinkException exception)
        {
            return $"the kernel has no bridges or no VXLAN: {exception.Message}";
        }

        var rules = MemberRules.TextOf(new Dictionary<System.Net.IPAddress, System.Net.IPAddress[]>());
        var made = await space.RunAsync(options.Nft, ["-f", "-"], rules, cancellationToken);
        if (made.ExitCode != 0)
        {
            return $"nftables cannot be used: {made.Reason}";
        }

        var counted = await KernelCommand.RunAsync(options.Conntrack, ["-V"], input: "", cancellationToken);
        return counted.ExitCode == 0 ? null : $"connections cannot be forgotten: {counted.Reason}";
    }

    private static void Forget(string path)
    {
        try
        {
            NetworkNamespace.Remove(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever may not make one has left none.
        }
    }
}
