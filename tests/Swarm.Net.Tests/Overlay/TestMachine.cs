using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Swarm.Net.Overlay;

namespace Swarm.Net.Tests.Overlay;

/// <summary>
/// Machines that are network namespaces, joined by a bridge in one more. Addresses are of 198.51.100.0/24, which is
/// there for examples.
/// </summary>
internal sealed class TestNetwork : IDisposable
{
    private const int WireMtu = 1_500;

    private static int _count;

    private readonly WriteCount _writes = new();
    private readonly List<TestMachine> _machines = [];
    private readonly string _prefix = string.Create(
        CultureInfo.InvariantCulture, $"/run/netns/ovtest-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");

    private readonly NetworkNamespace _space;
    private readonly NamespaceLinks _links;
    private readonly Link _bridge;

    public TestNetwork()
    {
        _space = NetworkNamespace.Create($"{_prefix}-switch");
        _links = new NamespaceLinks(_space, _writes);
        _bridge = _links.RequireBridge("switch", WireMtu);
        _links.Bring(_bridge);
    }

    /// <summary>Plugs in one more machine.</summary>
    public TestMachine Add()
    {
        var number = _machines.Count + 1;
        var address = new IPAddress([198, 51, 100, (byte)number]);
        var machine = new TestMachine(
            string.Create(CultureInfo.InvariantCulture, $"{_prefix}-m{number}"),
            address,
            string.Create(CultureInfo.InvariantCulture, $"o{Environment.ProcessId % 10_000}x{_count}m{number}"));
        using var links = new NamespaceLinks(machine.Space, _writes);
        var wire = string.Create(CultureInfo.InvariantCulture, $"m{number}");
        _links.Write(RouteMessages.AddWire(wire, WireMtu, "eth0", OverlayNames.HardwareOf(address), machine.Space));
        _links.Bring(_links.Require(wire), master: _bridge);
        var own = links.Require("eth0");
        links.BringAddresses(own, (address, 24));
        links.Bring(own);
        links.Bring(links.Require("lo"));
        _machines.Add(machine);
        return machine;
    }

    public void Dispose()
    {
        foreach (var machine in _machines)
        {
            machine.Dispose();
        }

        _links.Dispose();
        _space.Dispose();
        NetworkNamespace.Remove($"{_prefix}-switch");
    }
}

/// <summary>A machine.</summary>
internal sealed class TestMachine(string path, IPAddress address, string owner) : IDisposable
{
    private readonly List<VxlanOverlay> _overlays = [];

    public NetworkNamespace Space { get; } = NetworkNamespace.Create(path);

    public IPAddress Address => address;

    public OverlayOptions Options { get; } = new(owner, address) { Namespace = path };

    /// <summary>Starts what looks after the machine's part of networks.</summary>
    public VxlanOverlay Start()
    {
        var overlay = new VxlanOverlay(Options);
        _overlays.Add(overlay);
        return overlay;
    }

    /// <summary>Lists what there is of the overlay outside of namespaces of its own.</summary>
    public async Task<string> TracesAsync()
    {
        using var links = new NamespaceLinks(Space, new WriteCount());
        var tables = await Space.RunAsync("nft", ["list", "tables"], "", default);
        return string.Join(
            '\n',
            [
                .. Directory.GetFiles(Options.Directory, $"{OverlayNames.PrefixOf(Options)}*").Order(StringComparer.Ordinal),
                .. links.List().Select(link => link.Name).Order(StringComparer.Ordinal),
                tables.Output.Trim(),
            ]);
    }

    public void Dispose()
    {
        var last = new VxlanOverlay(Options);
        foreach (var overlay in _overlays.Append(last))
        {
            if (overlay == last)
            {
                _ = overlay.ApplyAsync(OverlayState.Empty, default).AsTask().Wait(TimeSpan.FromSeconds(20));
            }

            _ = overlay.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20));
        }

        Space.Dispose();
        NetworkNamespace.Remove(path);
    }
}

/// <summary>Talks from within namespaces.</summary>
internal static class Within
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(1);

    /// <summary>A server that tells its name and who it sees.</summary>
    public static TcpListener Serve(string path, string name, int port = 80)
    {
        using var space = NetworkNamespace.Open(path);
        var listener = space.Run(() =>
        {
            var made = new TcpListener(IPAddress.Any, port);
            made.Start();
            return made;
        });
        _ = AnswerAsync(listener, name);
        return listener;
    }

    /// <summary>Asks a server; empty when nobody answers.</summary>
    public static async Task<string> AskAsync(string path, IPAddress address, int port = 80, bool isHopeless = false)
    {
        using var space = NetworkNamespace.Open(path);
        using var socket = space.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using var limit = new CancellationTokenSource(isHopeless ? Impatience : Patience);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), limit.Token);
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or IOException)
        {
            return "";
        }
    }

    /// <summary>Whether an address answers a ping.</summary>
    public static async Task<bool> PingAsync(string path, IPAddress address)
    {
        using var space = NetworkNamespace.Open(path);
        var outcome = await space.RunAsync("busybox", ["ping", "-c", "1", "-W", "2", $"{address}"], "", default);
        return outcome.ExitCode == 0;
    }

    /// <summary>A socket of UDP.</summary>
    public static Socket Packets(string path, int port = 0)
    {
        using var space = NetworkNamespace.Open(path);
        return space.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return socket;
        });
    }

    /// <summary>The next packet; null when there is none for a while.</summary>
    public static async Task<byte[]?> ReceiveAsync(Socket socket, bool isHopeless = false)
    {
        var buffer = new byte[70_000];
        using var limit = new CancellationTokenSource(isHopeless ? Impatience : Patience);
        try
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, limit.Token);
            return buffer[..count];
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task AnswerAsync(TcpListener listener, string name)
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptSocketAsync();
                var seen = ((IPEndPoint)client.RemoteEndPoint!).Address;
                await client.SendAsync(Encoding.ASCII.GetBytes($"{name} {seen}").AsMemory());
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
