
namespace Swarm.Net.Tests.Userspace;

#pragma warning disable CA1001 // IAsyncLifetime disposes of the fields.
public sealed class UdpPlaneTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly Frontend _frontend = new(OwnAddress.Next(), FreePort.Find(), Transport.Udp);
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
    public async Task A_back_end_that_turns_packets_away_loses_its_clients()
    {
        await ApplyAsync(_a.Backend, _b.Backend);
        using var client = new UdpClientUnderTest(_frontend);
        Assert.Equal("a: 1", await client.AskAsync("1"));
        _a.Dispose();

        // The first packet may be lost: nobody can tell before the system says so.
        string? answer = null;
        while (answer is null)
        {
            answer = await client.TryAskAsync("2", TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal("b: 2", answer);
    }

    [Fact]
    public async Task Idle_clients_are_forgotten()
    {
        await ApplyAsync(_a.Backend);
        using var client = new UdpClientUnderTest(_frontend);
        await client.AskAsync("1");
        Assert.Equal(1, _plane.ReadCounters().Single().ActiveConnections);

        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(0, _plane.ReadCounters().Single().ActiveConnections);
        Assert.Equal("a: 2", await client.AskAsync("2"));
    }

    private async Task ApplyAsync(params Backend[] backends) => Assert.Empty(
        (await _plane.ApplyAsync(new MeshState([new VirtualServer(_frontend, [.. backends])]), default)).Failures);
}
