using Swarm.Storage;

namespace Swarm.Core.Tests.Storage;

public sealed class ClusterStoreTests : IDisposable
{
    private readonly StoreFixture _fixture = new();

    private ClusterStore Store => _fixture.Store;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Created_objects_carry_version_and_times()
    {
        var service = await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("web")));

        Assert.Equal(1UL, service.Version.Index);
        Assert.Equal(_fixture.Time.GetUtcNow(), service.CreatedAt);
        Assert.Same(service, Store.Current.Services.Find(service.Id.Value));
        Assert.Equal(service.Version, Store.Current.Version);
    }

    [Fact]
    public async Task Update_with_a_stale_version_is_refused_and_changes_nothing()
    {
        var first = await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("web")));
        var second = await Store.UpdateAsync(tx => tx.Update(first with { SpecVersion = new(7) }));

        var error = await Assert.ThrowsAsync<SwarmException>(async () =>
            await Store.UpdateAsync(tx => tx.Update(first with { SpecVersion = new(8) })));

        Assert.Equal(SwarmErrorCode.UpdateOutOfSequence, error.Code);
        Assert.Equal("update out of sequence", error.Message);
        Assert.Same(second, Store.Current.Services.Find(first.Id.Value));
    }

    [Fact]
    public async Task Names_are_unique_without_regard_to_case_on_create_and_on_update()
    {
        await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("web")));
        var other = await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("api")));

        var create = await Assert.ThrowsAsync<SwarmException>(async () =>
            await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("WEB"))));
        var rename = await Assert.ThrowsAsync<SwarmException>(async () =>
            await Store.UpdateAsync(tx => tx.Update(other with { Spec = other.Spec with { Name = "Web" } })));

        Assert.Equal("name conflicts with an existing object", create.Message);
        Assert.Equal(SwarmErrorCode.AlreadyExists, rename.Code);
        Assert.Equal(2, Store.Current.Services.Count);
        Assert.NotNull(Store.Current.Services.FindByName("wEb"));
    }

    [Fact]
    public async Task A_removed_name_is_free_again()
    {
        var service = await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("web")));
        await Store.UpdateAsync(tx => tx.Remove(service));

        Assert.Null(Store.Current.Services.FindByName("web"));
        await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("web")));
        Assert.Equal(1, Store.Current.Services.Count);
    }

    [Fact]
    public async Task Scenario_107_An_error_inside_a_transaction_changes_nothing_and_announces_nothing()
    {
        using var subscription = Store.Watch();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Store.UpdateAsync(tx =>
        {
            tx.Create(_fixture.NewService("web"));
            throw new InvalidOperationException();
        }));

        Assert.Equal(0, Store.Current.Services.Count);
        Assert.Equal(0UL, Store.Current.Version.Index);
        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public async Task Scenario_107_A_batch_of_1000_pieces_is_cut_at_200_changes_in_order()
    {
        using var subscription = Store.Watch();
        await Store.BatchAsync(
            Enumerable.Range(0, 1000).ToArray(),
            (tx, i) => tx.Create(_fixture.NewService($"s{i}")));

        var sizes = new List<int>();
        var names = new List<string>();
        while (subscription.TryRead(out var transaction))
        {
            sizes.Add(transaction.Changes.Count);
            names.AddRange(transaction.Changes.Select(change => ((Service)change.Current).Spec.Name));
        }

        Assert.Equal([200, 200, 200, 200, 200], sizes);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"s{i}"), names);
    }

    [Fact]
    public async Task A_batch_is_cut_where_its_bytes_reach_the_limit_and_a_large_piece_goes_alone()
    {
        using var store = new ClusterStore(
            new MeasuringProposer(),
            _fixture.Time,
            new ClusterStoreOptions { MaxBytesPerTransaction = 100 });
        using var subscription = store.Watch();

        await store.BatchAsync([40, 40, 40, 500, 10], (tx, size) => tx.Create(_fixture.NewService($"s{size}-{tx.Changes.Count}")));

        var names = new List<string>();
        while (subscription.TryRead(out var transaction))
        {
            names.Add(string.Join(' ', transaction.Changes.Select(change => ((Service)change.Current).Spec.Name)));
        }

        Assert.Equal(["s40-0 s40-1 s40-2", "s500-0", "s10-0"], names);
    }

    [Fact]
    public async Task A_piece_that_throws_leaves_nothing_while_earlier_pieces_stay()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Store.BatchAsync(
            new[] { "a", "b", "c" },
            (tx, name) =>
            {
                tx.Create(_fixture.NewService(name + "1"));
                tx.Create(_fixture.NewService(name + "2"));
                if (name == "b")
                {
                    throw new InvalidOperationException();
                }
            }));

        Assert.Equal(["a1", "a2"], Store.Current.Services.Select(s => s.Spec.Name).Order(StringComparer.Ordinal));
        Assert.Null(Store.Current.Services.FindByName("b1"));
    }

    [Fact]
    public async Task A_transaction_without_changes_makes_no_version()
    {
        await Store.UpdateAsync(_ => { });

        Assert.Equal(0UL, Store.Current.Version.Index);
    }

    [Fact]
    public async Task Applied_actions_give_the_same_state_as_the_transaction_they_came_from()
    {
        using var replica = new StoreFixture();
        using var subscription = Store.Watch();
        var service = await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("web")));
        await Store.UpdateAsync(tx => tx.Create(_fixture.NewTask(service.Id)));
        await Store.UpdateAsync(tx => tx.Remove(service));

        while (subscription.TryRead(out var transaction))
        {
            replica.Store.Apply(
                [.. transaction.Changes.Select(change => new StoreAction(change.Change, change.Current))],
                transaction.Version);
        }

        Assert.Equal(Store.Current.Tasks, replica.Store.Current.Tasks);
        Assert.Equal(0, replica.Store.Current.Services.Count);
        Assert.Equal(Store.Current.Version, replica.Store.Current.Version);
    }

    [Fact]
    public async Task Objects_are_found_by_id_prefix()
    {
        var service = await Store.UpdateAsync(tx => tx.Create(_fixture.NewService("web")));
        for (var i = 0; i < 200; i++)
        {
            await Store.UpdateAsync(tx => tx.Create(_fixture.NewService($"s{i}")));
        }

        Assert.Contains(service, Store.Current.Services.WithPrefix(service.Id.Value[..3]));
        Assert.Equal([service], Store.Current.Services.WithPrefix(service.Id.Value[..12]));
        Assert.Equal([service], Store.Current.Services.WithPrefix(service.Id.Value));
        Assert.Empty(Store.Current.Services.WithPrefix("~"));
    }

    // A service is as large as its name says.
    private sealed class MeasuringProposer : IProposer
    {
        private readonly InProcessProposer _inner = new();

        public ObjectVersion NextVersion => _inner.NextVersion;

        public int SizeOf(ClusterObject item) =>
            int.Parse(((Service)item).Spec.Name[1..].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);

        public ValueTask ProposeAsync(
            IReadOnlyList<StoreAction> actions,
            Action<ObjectVersion> commit,
            CancellationToken cancellationToken) => _inner.ProposeAsync(actions, commit, cancellationToken);
    }
}
