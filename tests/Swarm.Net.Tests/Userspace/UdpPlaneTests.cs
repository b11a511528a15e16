using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.Net.Tests.Userspace;

#pragma warning disable CA1001 // IAsyncLifetime disposes of the fields.
public sealed class UdpPlaneTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Frontend _frontend = new(IPAddress.Loopback, FreePort.Find(), Transport.Udp);
    private readonly ManualTime _time = new();
    private readonly NamedUdp _a = new("a");
    private readonly NamedUdp _b = new("b");
    private UserspaceDataplane _plane = null!;

    public Task InitializeAsync()
    {
        _plane = new UserspaceDataplane(new UserspaceOptions { Time = _time });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _plane.DisposeAsync();
        _a.Dispose();
        _b.Dispose();
    }

    [Fact]
    public async Task A_client_keeps_its_back_end_and_another_client_gets_another()
    {
        await ApplyAsync(_a.Backend, _b.Backend);
        using var first = Client();
        using var second = Client();

        Assert.Equal("a: 1", await AskAsync(first, "1"));
        Assert.Equal("b: 1", await AskAsync(second, "1"));
        Assert.Equal("a: 2", await AskAsync(first, "2"));
        Assert.Equal("b: 2", await AskAsync(second, "2"));
    }

    [Fact]
    public async Task Scenario_R55_A_client_moves_with_its_next_packet_when_its_back_end_drains_or_goes()
    {
        await ApplyAsync(_a.Backend, _b.Backend);
        using var client = Client();
        Assert.Equal("a: 1", await AskAsync(client, "1"));

        await ApplyAsync(_a.Backend with { State = BackendState.Draining }, _b.Backend);
        Assert.Equal("b: 2", await AskAsync(client, "2"));

        await ApplyAsync(_a.Backend);
        Assert.Equal("a: 3", await AskAsync(client, "3"));
    }

    [Fact]
    public async Task A_back_end_that_turns_packets_away_loses_its_clients()
    {
        await ApplyAsync(_a.Backend, _b.Backend);
        using var client = Client();
        Assert.Equal("a: 1", await AskAsync(client, "1"));
        _a.Dispose();

        // The first packet may be lost: nobody can tell before the system says so.
        string? answer = null;
        while (answer is null)
        {
            answer = await TryAskAsync(client, "2", TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal("b: 2", answer);
    }

    [Fact]
    public async Task Idle_clients_are_forgotten()
    {
        await ApplyAsync(_a.Backend);
        using var client = Client();
        await AskAsync(client, "1");
        Assert.Equal(1, _plane.ReadCounters().Single().ActiveConnections);

        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(0, _plane.ReadCounters().Single().ActiveConnections);
        Assert.Equal("a: 2", await AskAsync(client, "2"));
    }

    private async Task ApplyAsync(params Backend[] backends) => Assert.Empty(
        (await _plane.ApplyAsync(new MeshState([new VirtualServer(_frontend, [.. backends])]), default)).Failures);

    private Socket Client()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Connect(_frontend.Address, _frontend.Port);
        return client;
    }

    private static async Task<string> AskAsync(Socket client, string text) =>
        await TryAskAsync(client, text, Patience) ?? throw new TimeoutException("no answer");

    private static async Task<string?> TryAskAsync(Socket client, string text, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var buffer = new byte[100];
        try
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(text));
            return Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer, limit.Token));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private sealed class NamedUdp : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly string _name;

        public NamedUdp(string name)
        {
            _name = name;
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Backend = new(IPAddress.Loopback, ((IPEndPoint)_socket.LocalEndPoint!).Port);
            _ = AnswerAsync();
        }

        public Backend Backend { get; }

        public void Dispose() => _socket.Dispose();

        private async Task AnswerAsync()
        {
            var buffer = new byte[100];
            try
            {
                while (true)
                {
                    var packet = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    var text = Encoding.ASCII.GetString(buffer, 0, packet.ReceivedBytes);
                    await _socket.SendToAsync(Encoding.ASCII.GetBytes($"{_name}: {text}"), packet.RemoteEndPoint);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        }
    }
}
