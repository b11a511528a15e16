using System.Net;
using Swarm.Net.Naming;

namespace Swarm.Hosting.Mesh;

/// <summary>What tasks see by name at one moment: tasks on the same networks see the same, which is made once.</summary>
/// <param name="services">All services.</param>
/// <param name="addressOf">Where an address of a network is on this node; null for nowhere.</param>
internal sealed class NameViews(IEnumerable<MeshService> services, Func<string, IPAddress?> addressOf)
{
    private readonly MeshService[] _services = [.. services];
    private readonly Dictionary<string, NameTable> _tables = new(StringComparer.Ordinal);

    /// <summary>What is seen from certain networks.</summary>
    public NameTable From(IReadOnlySet<NetworkId> networks)
    {
        var key = string.Join(' ', networks.Select(id => id.Value).Order(StringComparer.Ordinal));
        if (!_tables.TryGetValue(key, out var table))
        {
            table = new NameTable(NameRecords.Of(_services, networks, addressOf));
            _tables.Add(key, table);
        }

        return table;
    }
}
