namespace Swarm.Core.Tests.Control;

public sealed class WatchTests : IDisposable
{
    private readonly ControlFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_watch_begins_with_the_call_however_late_it_is_read()
    {
        await _fixture.Client.Services.CreateAsync(ControlFixture.Spec("before"));
        var watch = _fixture.Client.WatchAsync();
        var created = await _fixture.Client.Services.CreateAsync(ControlFixture.Spec("after"));

        var change = await FirstAsync(watch);

        Assert.Equal(ChangeKind.Created, change.Change);
        Assert.Equal(created, change.Current);
        Assert.Equal(created.Version, change.Version);
    }

    [Fact]
    public async Task A_watch_resumes_after_a_version()
    {
        var first = await _fixture.Client.Services.CreateAsync(ControlFixture.Spec("a"));
        var second = await _fixture.Client.Services.CreateAsync(ControlFixture.Spec("b"));

        var change = await FirstAsync(_fixture.Client.WatchAsync(new(ResumeFrom: first.Version)));

        Assert.Equal(second.Id, ((Service)change.Current).Id);
    }

    [Fact]
    public async Task A_watch_of_a_kind_gets_nothing_else()
    {
        var watch = _fixture.Client.WatchAsync(new(ObjectKind.Node));
        await _fixture.Client.Services.CreateAsync(ControlFixture.Spec());
        var node = _fixture.WriteNode(NodeRole.Worker);

        Assert.Equal(node, (await FirstAsync(watch)).Current);
    }

    [Fact]
    public async Task A_watch_never_shows_keys_or_values_of_secrets()
    {
        var watch = _fixture.Client.WatchAsync();
        _fixture.Write(new Secret { Id = new("s"), Spec = new() { Name = "s", Data = [1, 2, 3] } });
        _fixture.WriteCluster();

        await using var changes = watch.GetAsyncEnumerator();
        await changes.MoveNextAsync();
        Assert.True(((Secret)changes.Current.Current).Spec.Data.IsEmpty);
        await changes.MoveNextAsync();
        Assert.Equal("", ((Cluster)changes.Current.Current).RootCa.PrivateKey);
    }

    [Fact]
    public async Task A_watch_whose_history_is_gone_must_list_again()
    {
        var service = await _fixture.Client.Services.CreateAsync(ControlFixture.Spec());
        for (var i = 0; i < 11_000; i++)
        {
            _fixture.Change(transaction => transaction.Update(transaction.Services.Find(service.Key)!));
        }

        var failure = await Assert.ThrowsAsync<SwarmException>(
            () => FirstAsync(_fixture.Client.WatchAsync(new(ResumeFrom: service.Version))));
        Assert.Equal(SwarmErrorCode.ResyncRequired, failure.Code);
    }

    private static async Task<ObjectChange> FirstAsync(IAsyncEnumerable<ObjectChange> watch)
    {
        await foreach (var change in watch)
        {
            return change;
        }

        throw new InvalidOperationException("the watch ended");
    }
}
