using Swarm.Storage;

namespace Swarm.Core.Tests.Storage;

public sealed class ChangeFeedTests
{
    [Fact]
    public async Task A_subscription_starts_at_its_snapshot_without_gap_or_overlap()
    {
        using var fixture = new StoreFixture();
        await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewService("before")));
        using var subscription = fixture.Store.Watch();
        await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewService("after")));

        Assert.Equal(["before"], subscription.View.Services.Select(s => s.Spec.Name));
        Assert.True(subscription.TryRead(out var transaction));
        Assert.Equal("after", ((Service)Assert.Single(transaction.Changes).Current).Spec.Name);
        Assert.Equal(2, transaction.View.Services.Count);
        Assert.False(subscription.TryRead(out _));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Replaying_the_feed_over_the_start_snapshot_gives_the_store_while_writers_race(int seed)
    {
        using var fixture = new StoreFixture(seed: seed);
        var service = new ServiceId(fixture.Ids.Next());
        var tasks = Enumerable.Range(0, 500).Select(i => fixture.NewTask(service, i)).ToArray();
        var writers = tasks.Chunk(125).Select(chunk => Task.Run(async () =>
        {
            foreach (var task in chunk)
            {
                var stored = await fixture.Store.UpdateAsync(tx => tx.Create(task));
                await fixture.Store.UpdateAsync(tx => tx.Update(stored with { DesiredState = TaskState.Shutdown }));
            }
        })).ToArray();

        using var subscription = fixture.Store.Watch();
        await Task.WhenAll(writers);

        var replayed = subscription.View.Tasks.ToDictionary(t => t.Id);
        var last = subscription.View.Version;
        while (subscription.TryRead(out var transaction))
        {
            Assert.Equal(last.Index + 1, transaction.Version.Index);
            last = transaction.Version;
            foreach (var change in transaction.Changes)
            {
                Assert.Equal(change.Previous, replayed.GetValueOrDefault(((SwarmTask)change.Current).Id));
                replayed[((SwarmTask)change.Current).Id] = (SwarmTask)change.Current;
            }
        }

        Assert.Equal(fixture.Store.Current.Tasks.ToDictionary(t => t.Id), replayed);
    }

    [Fact]
    public async Task Scenario_108_A_watch_from_an_older_version_gets_all_later_changes_in_order()
    {
        using var fixture = new StoreFixture();
        for (var i = 0; i < 10; i++)
        {
            await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewService($"s{i}")));
        }

        using var subscription = fixture.Store.Watch(resumeFrom: new ObjectVersion(4));
        await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewService("s10")));

        var versions = new List<ulong>();
        while (subscription.TryRead(out var transaction))
        {
            versions.Add(transaction.Version.Index);
        }

        Assert.Equal([5UL, 6, 7, 8, 9, 10, 11], versions);
    }

    [Fact]
    public async Task A_watch_from_before_the_kept_history_must_list_again()
    {
        using var fixture = new StoreFixture(new ClusterStoreOptions { HistoryLimit = 3 });
        for (var i = 0; i < 10; i++)
        {
            await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewService($"s{i}")));
        }

        var error = Assert.Throws<SwarmException>(() => fixture.Store.Watch(resumeFrom: new ObjectVersion(4)));

        Assert.Equal(SwarmErrorCode.ResyncRequired, error.Code);
        using var subscription = fixture.Store.Watch(resumeFrom: new ObjectVersion(7));
        Assert.True(subscription.TryRead(out var transaction));
        Assert.Equal(8UL, transaction.Version.Index);
    }

    [Fact]
    public async Task A_reader_that_falls_behind_is_cut_off_and_nobody_waits()
    {
        using var fixture = new StoreFixture();
        using var slow = fixture.Store.Watch(limit: 5);
        for (var i = 0; i < 20; i++)
        {
            await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewService($"s{i}")));
        }

        var read = 0;
        while (slow.TryRead(out _))
        {
            read++;
        }

        Assert.Equal(5, read);
        var error = await Assert.ThrowsAsync<SwarmException>(async () =>
            await slow.WaitAsync(CancellationToken.None));
        Assert.Equal(SwarmErrorCode.ResyncRequired, error.Code);
    }

    [Fact]
    public async Task A_node_scope_gets_only_its_own_tasks_and_node()
    {
        using var fixture = new StoreFixture();
        var (mine, other) = (new NodeId(fixture.Ids.Next()), new NodeId(fixture.Ids.Next()));
        using var subscription = fixture.Store.Watch(WatchScope.ForNode(mine));
        var service = new ServiceId(fixture.Ids.Next());
        var task = await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewTask(service)));
        await fixture.Store.UpdateAsync(tx => tx.Create(fixture.NewTask(service) with { NodeId = other }));
        task = await fixture.Store.UpdateAsync(tx => tx.Update(task with { NodeId = mine }));
        await fixture.Store.UpdateAsync(tx => tx.Create(new Node { Id = other }));
        await fixture.Store.UpdateAsync(tx => tx.Create(new Node { Id = mine }));
        await fixture.Store.UpdateAsync(tx => tx.Remove(task));

        var seen = new List<(ChangeKind, string)>();
        while (subscription.TryRead(out var transaction))
        {
            seen.AddRange(transaction.Changes.Select(change => (change.Change, change.Current.Key)));
        }

        Assert.Equal(
            [
                (ChangeKind.Updated, task.Key),
                (ChangeKind.Created, mine.Value),
                (ChangeKind.Removed, task.Key),
            ],
            seen);
    }
}
