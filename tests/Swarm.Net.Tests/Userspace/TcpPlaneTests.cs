using System.Net;
using System.Net.Sockets;

namespace Swarm.Net.Tests.Userspace;

#pragma warning disable CA1001 // IAsyncLifetime disposes of the fields.
public abstract class TcpPlaneTests(int eventLoops) : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly Frontend _frontend = new(OwnAddress.Next(), FreePort.Find());
    private readonly ManualTime _time = new();
    private readonly EchoServer _a = new("a");
    private readonly EchoServer _b = new("b");
    private readonly EchoServer _c = new("c");
    private UserspaceDataplane _plane = null!;

    public Task InitializeAsync()
    {
        _plane = new UserspaceDataplane(Options());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _plane.DisposeAsync();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _c.DisposeAsync();
    }

    [Fact]
    public async Task A_back_end_that_does_not_accept_is_passed_over()
    {
        var gone = new Backend(IPAddress.Loopback, FreePort.Find());
        await ApplyAsync(gone, _a.Backend);

        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("a", await LineClient.AskAsync(_frontend));
        }

        // After three failures in a row it is not even tried.
        var failures = _plane.ReadCounters().Single(counters => counters.Backend == gone).ConnectFailures;
        Assert.Equal(3, failures);
    }

    [Theory]
    [InlineData(ProxyProtocol.V1)]
    [InlineData(ProxyProtocol.V2)]
    public async Task Back_ends_are_told_their_client_before_the_first_byte(ProxyProtocol version)
    {
        await _plane.ApplyAsync(
            new MeshState([new VirtualServer(_frontend, [_a.Backend]) { ProxyProtocol = version }]), default);
        using var client = new TcpClient();
        await client.ConnectAsync(_frontend.Address, _frontend.Port);
        var own = (IPEndPoint)client.Client.LocalEndPoint!;
        var header = Swarm.Net.Userspace.ProxyHeader.Of(version, own, new IPEndPoint(_frontend.Address, _frontend.Port));
        var received = new byte[2 + header.Length];

        await client.GetStream().ReadExactlyAsync(received);

        Assert.Equal([.. "a\n"u8, .. header], received);
    }

    [Fact]
    public async Task An_address_in_use_is_reported_and_tried_again()
    {
        var taken = new Frontend(OwnAddress.Next(), FreePort.Find());
        var other = new EchoServer("other", taken.Port, taken.Address);
        var state = new MeshState([new VirtualServer(taken, []), new VirtualServer(_frontend, [_a.Backend])]);

        var report = await _plane.ApplyAsync(state, default);
        Assert.Equal([taken], report.Failures.Select(failure => failure.Frontend));
        Assert.Equal("a", await LineClient.AskAsync(_frontend));

        await other.DisposeAsync();
        Assert.Empty((await _plane.ApplyAsync(state, default)).Failures);
    }

    [Fact]
    public async Task Scenario_R57_Updates_never_close_the_listener_and_removal_does_while_open_connections_finish()
    {
        await ApplyAsync(_a.Backend);
        using var old = await LineClient.ConnectAsync(_frontend);
        Assert.Equal("a", await old.ReadAsync());

        await _plane.ApplyAsync(MeshState.Empty, default);

        await Assert.ThrowsAsync<SocketException>(() => LineClient.ConnectAsync(_frontend));
        await old.WriteAsync("finish");
        Assert.Equal("finish", await old.ReadAsync());
    }

    [Fact]
    public async Task Connections_above_the_limit_are_reset_and_those_below_are_not()
    {
        await _plane.ApplyAsync(
            new MeshState([new VirtualServer(_frontend, [_a.Backend]) { MaxConnections = 2 }]), default);
        using var one = await LineClient.ConnectAsync(_frontend);
        var two = await LineClient.ConnectAsync(_frontend);
        await one.ReadAsync();
        await two.ReadAsync();

        Assert.Equal("", await LineClient.AskAsync(_frontend));

        two.Dispose();
        for (var answer = ""; answer != "a"; answer = await LineClient.AskAsync(_frontend))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Connections_that_stand_still_are_closed_where_that_is_asked_for()
    {
        var options = Options();
        options.TcpIdle = TimeSpan.FromMinutes(10);
        await using var plane = new UserspaceDataplane(options);
        var frontend = _frontend with { Port = FreePort.Find() };
        await plane.ApplyAsync(new MeshState([new VirtualServer(frontend, [_a.Backend])]), default);
        using var client = await LineClient.ConnectAsync(frontend);
        await client.ReadAsync();

        _time.Advance(TimeSpan.FromMinutes(9));
        await client.WriteAsync("again");
        Assert.Equal("again", await client.ReadAsync());
        _time.Advance(TimeSpan.FromMinutes(9));
        await client.WriteAsync("and again");
        Assert.Equal("and again", await client.ReadAsync());
        _time.Advance(TimeSpan.FromMinutes(11));

        await Assert.ThrowsAnyAsync<IOException>(client.ReadAsync);
    }

    [Fact]
    public async Task A_back_end_that_does_not_answer_is_given_up_after_a_while()
    {
        // A listener whose queue is full takes no further connection and refuses none.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var filling = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await filling.ConnectAsync(full.LocalEndPoint!);
        await ApplyAsync(new Backend(IPAddress.Loopback, ((IPEndPoint)full.LocalEndPoint!).Port), _a.Backend);

        // No time passes once the first one is given up: the second one needs some.
        var answer = LineClient.AskAsync(_frontend);
        while (_plane.ReadCounters()[0].ConnectFailures == 0)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("a", await answer);
    }

    [SkippableFact]
    public async Task One_listener_answers_both_families()
    {
        Skip.IfNot(Socket.OSSupportsIPv6);
        var both = new Frontend(IPAddress.IPv6Any, FreePort.Find());
        await _plane.ApplyAsync(new MeshState([new VirtualServer(both, [_a.Backend])]), default);

        Assert.Equal("a", await LineClient.AskAsync(new Frontend(IPAddress.Loopback, both.Port)));
        Assert.Equal("a", await LineClient.AskAsync(new Frontend(IPAddress.IPv6Loopback, both.Port)));
    }

    [Fact]
    public async Task Bytes_arrive_as_they_were_sent_however_late_they_are_taken()
    {
        await ApplyAsync(_a.Backend);
        var bytes = RandomBytes(seed: 1, count: 32 * 1024 * 1024);
        using var client = new TcpClient();
        await client.ConnectAsync(_frontend.Address, _frontend.Port);

        var stream = client.GetStream();

        // Everything on the way is full before anything is taken.
        var sending = SendAsync(client.Client, bytes);
        await UntilAsync(() => sending.IsCompleted || !client.Client.Poll(0, SelectMode.SelectWrite));
        var received = await ReadToEndAsync(stream);
        await sending;

        Assert.True(received.AsSpan().SequenceEqual([.. "a\n"u8, .. bytes, .. "bye\n"u8]));
    }

    [Fact]
    public async Task A_crowd_is_served_without_a_reset()
    {
        await ApplyAsync(_a.Backend, _b.Backend, _c.Backend);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async seed =>
        {
            var bytes = RandomBytes(seed, count: 1 << (seed % 20));
            using var client = new TcpClient();
            await client.ConnectAsync(_frontend.Address, _frontend.Port);
            var stream = client.GetStream();
            var sending = SendAsync(client.Client, bytes);
            var received = await ReadToEndAsync(stream);
            await sending;

            Assert.True(received.AsSpan(2).SequenceEqual([.. bytes, .. "bye\n"u8]));
        }));

        await UntilAsync(() => _plane.ReadCounters().All(counters => counters.ActiveConnections == 0));
        Assert.Equal(200, _plane.ReadCounters().Sum(counters => counters.TotalConnections));
    }

    [Fact]
    public async Task A_client_that_is_reset_takes_its_back_end_s_connection_with_it()
    {
        await ApplyAsync(_a.Backend);
        var client = await LineClient.ConnectAsync(_frontend);
        await client.ReadAsync();

        client.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose();

        await UntilAsync(() => _plane.ReadCounters()[0].ActiveConnections == 0);
    }

    private static byte[] RandomBytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent));
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }

    private UserspaceOptions Options() => new() { Time = _time, EventLoops = eventLoops };

    private async Task ApplyAsync(params Backend[] backends)
    {
        var report = await _plane.ApplyAsync(new MeshState([new VirtualServer(_frontend, [.. backends])]), default);
        Assert.Empty(report.Failures);
    }
}

public sealed class EpollPlaneTests() : TcpPlaneTests(eventLoops: 3);

/// <summary>As on systems without epoll.</summary>
public sealed class PortablePlaneTests() : TcpPlaneTests(eventLoops: 0);
