using System.Net;
using System.Net.Sockets;

namespace Swarm.Net.Kernel;

/// <summary>What kernels ask of front ends and their back ends.</summary>
internal static class Frontends
{
    /// <summary>Whether it stands for every address of the machine.</summary>
    public static bool IsEverywhere(this Frontend frontend) =>
        frontend.Address.Equals(IPAddress.Any) || frontend.Address.Equals(IPAddress.IPv6Any);

    /// <summary>Whether it is of IPv6.</summary>
    public static bool IsV6(this IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Who gets new connections: the active ones; a last one that drains is better than none.</summary>
    public static Backend[] Eligible(this VirtualServer server)
    {
        var active = server.Backends.Where(backend => backend.State == BackendState.Active).ToArray();
        return active.Length > 0 ? active : [.. server.Backends];
    }

    /// <summary>Whether some address means something on one interface only.</summary>
    public static bool HasScope(this VirtualServer server) => server.Backends
        .Select(backend => backend.Address)
        .Append(server.Frontend.Address)
        .Any(address => address.IsV6() && address.ScopeId != 0);

    /// <summary>Why a front end of every address cannot be beside others; null when it can.</summary>
    public static string? FindRival<T>(this Frontend frontend, IReadOnlyDictionary<Frontend, T> others)
    {
        var isV4 = frontend.Address.Equals(IPAddress.Any);
        var twin = frontend with { Address = isV4 ? IPAddress.IPv6Any : IPAddress.Any };
        return frontend.IsEverywhere() && others.ContainsKey(twin)
            ? $"{twin} has the port at every address already"
            : null;
    }
}
