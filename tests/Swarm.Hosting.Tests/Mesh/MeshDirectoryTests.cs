using Swarm.Hosting.Mesh;
using Swarm.Storage;

namespace Swarm.Hosting.Tests.Mesh;

#pragma warning disable CA1001 // IAsyncLifetime disposes of the fields.
public sealed class MeshDirectoryTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
    private readonly ClusterStore _store = new(new InProcessProposer(), TimeProvider.System);
    private MeshDirectory _directory = null!;
    private Task _running = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        await _store.UpdateAsync(transaction => transaction.Create(Service("web", 8_080)));
        _directory = new MeshDirectory(_store, TimeProvider.System);
        _running = _directory.RunAsync(_stop.Token);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _store.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_reader_gets_everything_and_then_every_change()
    {
        await using var reader = Read(0);
        Assert.Equal(["web"], (await NextAsync(reader)).Services.Select(service => service.Id.Value));

        await _store.UpdateAsync(transaction => transaction.Create(Service("db", 5_432)));
        var update = await NextAsync(reader);
        Assert.False(update.IsComplete);
        Assert.Equal(["db"], update.Services.Select(service => service.Id.Value));

        await _store.UpdateAsync(transaction => transaction.Remove(transaction.Services.Find("web")!));
        Assert.Equal([new ServiceId("web")], (await NextAsync(reader)).Removed);
    }

    [Fact]
    public async Task A_reader_that_comes_back_gets_what_it_has_missed()
    {
        ulong version;
        await using (var reader = Read(0))
        {
            version = (await NextAsync(reader)).Version;
        }

        await _store.UpdateAsync(transaction => transaction.Create(Service("db", 5_432)));

        await using var again = Read(version);
        var update = await NextAsync(again);
        Assert.False(update.IsComplete);
        Assert.Equal(["db"], update.Services.Select(service => service.Id.Value));
    }

    [Fact]
    public async Task A_reader_that_knows_more_than_this_manager_is_told_nothing_before_the_manager_has_caught_up()
    {
        var ahead = _store.Current.Version.Index + 1;
        await using var reader = Read(ahead);
        var next = NextAsync(reader);

        await _store.UpdateAsync(transaction => transaction.Create(Service("db", 5_432)));

        Assert.DoesNotContain((await next).Services, service => service.Id.Value == "web");
    }

    [Fact]
    public async Task Whoever_may_not_tell_any_more_says_so()
    {
        await using var reader = _directory
            .WatchAsync(0, () => throw new SwarmException(SwarmErrorCode.NoLeader, "no longer"), _stop.Token)
            .GetAsyncEnumerator();

        Assert.Equal("no longer", (await Assert.ThrowsAsync<SwarmException>(() => NextAsync(reader))).Message);
    }

    private IAsyncEnumerator<MeshUpdate> Read(ulong version) =>
        _directory.WatchAsync(version, () => { }, _stop.Token).GetAsyncEnumerator();

    private static async Task<MeshUpdate> NextAsync(IAsyncEnumerator<MeshUpdate> reader)
    {
        Assert.True(await reader.MoveNextAsync());
        return reader.Current;
    }

    private static Service Service(string name, int port) => new()
    {
        Id = new(name),
        Spec = new() { Name = name, TaskTemplate = new() { Workload = new ContainerSpec() } },
        Endpoint = new() { Ports = [new(80, port)] },
    };
}
