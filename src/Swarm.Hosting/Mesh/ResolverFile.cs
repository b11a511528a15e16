using System.Net;
using Swarm.Execution.Processes;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>What a <c>resolv.conf</c> says (resolv.conf(5)).</summary>
/// <param name="Servers">The name servers, in the order in which they are asked.</param>
/// <param name="Search">Domains that are tried behind short names.</param>
internal sealed record ResolverFile(ValueList<IPAddress> Servers, ValueList<string> Search)
{
    /// <summary>As many servers as the C library asks.</summary>
    private const int MostServers = 3;

    private const int Port = 53;

    /// <summary>Nothing at all.</summary>
    public static ResolverFile Empty { get; } = new(default(ValueList<IPAddress>), default);

    /// <summary>Reads the file; what cannot be read is passed over.</summary>
    public static ResolverFile Parse(string text)
    {
        var servers = new List<IPAddress>();
        ValueList<string> search = default;
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            switch (words)
            {
                case ["nameserver", var address, ..] when servers.Count < MostServers
                    && IPAddress.TryParse(address, out var server)
                    && !LoopbackBlock.IsServer(server):
                    servers.Add(server);
                    break;
                case ["search" or "domain", .. var domains]:
                    search = domains.ToValueList();
                    break;
                default:
                    break;
            }
        }

        return new(servers.ToValueList(), search);
    }

    /// <summary>The machine's own.</summary>
    public static ResolverFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Empty;
        }
    }

    /// <summary>What a task would have without us: the machine's, but for what its spec says.</summary>
    public static ResolverFile Of(SwarmTask task) =>
        Load(MountNamespace.ResolverTarget).With((task.Spec.Workload as ContainerSpec)?.Dns);

    /// <summary>A name server of ours that asks these for everything else.</summary>
    public NameServerOptions AskedFrom(IPEndPoint listen, TimeProvider time)
    {
        var options = new NameServerOptions { Listen = listen, Time = time };
        foreach (var server in Servers)
        {
            options.Forwarders.Add(new IPEndPoint(server, Port));
        }

        return options;
    }

    /// <summary>What the spec says in place of the machine.</summary>
    public ResolverFile With(DnsConfig? spec) => spec is null ? this : new(
        spec.Nameservers.IsEmpty
            ? Servers
            : spec.Nameservers
                .Select(text => IPAddress.TryParse(text, out var server) ? server : null)
                .OfType<IPAddress>()
                .ToValueList(),
        spec.Search.IsEmpty ? Search : spec.Search);

    /// <summary>The file of a task that asks a server of ours, which asks the others.</summary>
    /// <param name="server">The server, at port 53.</param>
    /// <param name="options">Options of the spec.</param>
    public string For(IPAddress server, ValueList<string> options)
    {
        // As Docker: short names are ours, and the first guess.
        var all = options.Any(option => option.StartsWith("ndots:", StringComparison.Ordinal))
            ? options
            : options.Add("ndots:0");
        var search = Search.IsEmpty ? "" : $"search {string.Join(' ', Search)}\n";
        return $"nameserver {server}\n{search}options {string.Join(' ', all)}\n";
    }
}
