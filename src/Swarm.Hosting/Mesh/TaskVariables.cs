using System.Globalization;
using System.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// What a task is told in its environment of the services it shares networks with, for programs that cannot be given a
/// name server: <c>SWARM_SERVICE_WEB=127.64.1.2:80</c> for the first port, <c>SWARM_SERVICE_WEB_8080</c> for each.
/// Pure but for what tells where addresses are.
/// </summary>
internal static class TaskVariables
{
    /// <summary>Services that are told of; environments are copied with every process.</summary>
    private const int MostServices = 256;

    private const string Prefix = "SWARM_SERVICE_";

    public static IEnumerable<EnvironmentVariable> Of(
        IEnumerable<MeshService> services,
        IReadOnlySet<NetworkId> networks,
        Func<string, IPAddress?> addressOf)
    {
        var variables = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        var known = services
            .Where(service => service.Networks.Any(network => networks.Contains(network.Id)))
            .OrderBy(service => service.Name, StringComparer.Ordinal)
            .Take(MostServices)
            .ToArray();

        // A service's own name comes before what others are called besides.
        foreach (var isAlias in new[] { false, true })
        {
            foreach (var service in known)
            {
                Add(variables, service, networks, addressOf, isAlias);
            }
        }

        return variables.Select(item => new EnvironmentVariable(item.Key, item.Value));
    }

    private static void Add(
        OrderedDictionary<string, string> variables,
        MeshService service,
        IReadOnlySet<NetworkId> networks,
        Func<string, IPAddress?> addressOf,
        bool isAlias)
    {
        foreach (var network in service.Networks.Where(network => networks.Contains(network.Id)))
        {
            if (addressOf(network.Address) is not { } address)
            {
                continue;
            }

            foreach (var name in isAlias ? network.Aliases : [service.Name])
            {
                var variable = Prefix + string.Concat(name.Select(letter =>
                    char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_'));
                foreach (var target in service.Targets)
                {
                    var place = new IPEndPoint(address, target.Port).ToString();
                    variables.TryAdd(variable, place);
                    variables.TryAdd(string.Create(CultureInfo.InvariantCulture, $"{variable}_{target.Port}"), place);
                }
            }
        }
    }
}
