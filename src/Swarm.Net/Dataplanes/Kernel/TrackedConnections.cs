using System.Globalization;
using System.Net;
using Swarm.Net.Nftables;

namespace Swarm.Net.Kernel;

/// <summary>What the kernel remembers of connections, by the program <c>conntrack</c>.</summary>
/// <param name="program">The program <c>conntrack</c>.</param>
/// <param name="mark">The bit of the connection mark that tells a plane's connections from others.</param>
internal sealed class TrackedConnections(string program, uint mark)
{
    private string Mark => string.Create(CultureInfo.InvariantCulture, $"{mark}/{mark}");

    /// <summary>Looks whether they can be looked at.</summary>
    /// <returns>What is in the way, or null.</returns>
    public async Task<string?> FindObstacleAsync(CancellationToken cancellationToken)
    {
        var counted = await RunAsync(["-C"], cancellationToken);
        return counted.ExitCode == 0 ? null : $"connections cannot be looked at: {counted.Reason}";
    }

    /// <summary>Forgets the connections of a back end: their next packet goes elsewhere, where a TCP one is reset.</summary>
    public Task CutAsync(Frontend frontend, Backend backend) => RunAsync(
        [
            "-D", "-f", Family(backend.Address), .. Of(frontend), "--mark", Mark,
            "--reply-src", backend.Address.ToString(), "--reply-port-src", Text(backend.Port),
        ],
        CancellationToken.None);

    /// <summary>Forgets what was on its way to a front end before that was there, which would pass it by for ever.</summary>
    public Task ForgetAsync(Frontend frontend) =>
        RunAsync(["-D", "-f", Family(frontend.Address), .. Of(frontend)], CancellationToken.None);

    /// <summary>Open connections by front end's port and back end.</summary>
    public async Task<Dictionary<(Transport Transport, int Port, IPEndPoint Backend), long>> CountAsync(
        CancellationToken cancellationToken)
    {
        var counts = new Dictionary<(Transport, int, IPEndPoint), long>();
        foreach (var family in new[] { "ipv4", "ipv6" })
        {
            var listed = await RunAsync(["-L", "-f", family, "-m", Mark], cancellationToken);
            foreach (var line in listed.Output.Split('\n'))
            {
                if (Read(line) is { } key)
                {
                    counts[key] = counts.GetValueOrDefault(key) + 1;
                }
            }
        }

        return counts;
    }

    // tcp 6 300 ESTABLISHED src=A dst=VIP sport=1 dport=80 src=BACKEND dst=A sport=8080 dport=1 [ASSURED] …
    internal static (Transport Transport, int Port, IPEndPoint Backend)? Read(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["tcp" or "udp", ..] || words.Contains("TIME_WAIT") || words.Contains("CLOSE"))
        {
            return null;
        }

        var ports = words.Where(word => word.StartsWith("dport=", StringComparison.Ordinal)).ToArray();
        var sources = words.Where(word => word.StartsWith("src=", StringComparison.Ordinal)).ToArray();
        var sourcePorts = words.Where(word => word.StartsWith("sport=", StringComparison.Ordinal)).ToArray();
        return ports.Length == 2 && sources.Length == 2 && sourcePorts.Length == 2
            && int.TryParse(ports[0]["dport=".Length..], CultureInfo.InvariantCulture, out var port)
            && IPAddress.TryParse(sources[1]["src=".Length..], out var address)
            && int.TryParse(sourcePorts[1]["sport=".Length..], CultureInfo.InvariantCulture, out var backendPort)
                ? (words[0] == "udp" ? Transport.Udp : Transport.Tcp, port, new IPEndPoint(address, backendPort))
                : null;
    }

    private static string Family(IPAddress address) =>
        address.IsV6() ? "ipv6" : "ipv4";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string[] Of(Frontend frontend) =>
    [
        "-p", Names.Of(frontend.Transport), "--orig-port-dst", Text(frontend.Port),
        .. frontend.IsEverywhere() ? Array.Empty<string>() : ["--orig-dst", frontend.Address.ToString()],
    ];

    // Finding nothing to delete is an exit code other than zero.
    private Task<KernelCommand.Outcome> RunAsync(string[] arguments, CancellationToken cancellationToken) =>
        KernelCommand.RunAsync(program, arguments, input: "", cancellationToken);
}
