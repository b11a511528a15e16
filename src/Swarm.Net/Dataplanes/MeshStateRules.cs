using Swarm.Net.Balancing;

namespace Swarm.Net;

/// <summary>What no data plane can make sense of.</summary>
internal static class MeshStateRules
{
    /// <exception cref="ArgumentException">The state makes no sense.</exception>
    public static void Require(MeshState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var frontends = new HashSet<Frontend>();
        foreach (var server in state.Servers)
        {
            var fault = frontends.Add(server.Frontend) ? FindFault(server) : "another one has the same front end";
            if (fault is not null)
            {
                throw new ArgumentException($"virtual server {server.Frontend}: {fault}", nameof(state));
            }
        }
    }

    private static string? FindFault(VirtualServer server)
    {
        if (!IsPort(server.Frontend.Port))
        {
            return "its port is not in 1–65535";
        }

        if (server.Backends.Length > MaglevTable.MaxBackends)
        {
            return "it has more than 65,535 back ends";
        }

        if (server.MaxConnections <= 0)
        {
            return "it may have no connection";
        }

        if (server.ProxyProtocol != ProxyProtocol.None && server.Frontend.Transport != Transport.Tcp)
        {
            return "the PROXY protocol is for TCP";
        }

        var wrong = server.Backends.FirstOrDefault(backend =>
            !IsPort(backend.Port) || backend.Weight is < 1 or > Backend.MaxWeight);
        return wrong is null ? null : $"port or weight of back end {wrong.Address} is not in 1–65535";
    }

    private static bool IsPort(int port) => port is >= 1 and <= ushort.MaxValue;
}
