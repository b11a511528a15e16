using Swarm.Dispatch;

namespace Swarm.Core.Tests.Dispatch;

public class DeadlineQueueTests
{
    [Fact]
    public void Items_come_in_the_order_of_their_deadlines_and_not_before()
    {
        var queue = new DeadlineQueue<Item>();
        var (a, b, c) = (new Item("a"), new Item("b"), new Item("c"));
        queue.Set(a, 30);
        queue.Set(b, 10);
        queue.Set(c, 20);

        Assert.Empty(Take(queue, 9));
        Assert.Equal(["b", "c"], Take(queue, 20));
        Assert.Equal(["a"], Take(queue, 30));
        Assert.Null(queue.Next);
    }

    [Fact]
    public void Moving_a_deadline_away_does_not_touch_the_heap()
    {
        var queue = new DeadlineQueue<Item>();
        var item = new Item("a");
        queue.Set(item, 10);
        for (var at = 11; at < 1_000; at++)
        {
            queue.Set(item, at);
        }

        Assert.Equal(1, queue.Count);
        Assert.Empty(Take(queue, 998));
        Assert.Equal(["a"], Take(queue, 999));
    }

    [Fact]
    public void A_deadline_moved_closer_counts_once()
    {
        var queue = new DeadlineQueue<Item>();
        var item = new Item("a");
        Assert.True(queue.Set(item, 100));
        Assert.True(queue.Set(item, 10));

        Assert.Equal(["a"], Take(queue, 10));
        Assert.Empty(Take(queue, 200));
    }

    [Fact]
    public void Random_moves_agree_with_a_plain_list()
    {
        var random = new Random(7);
        var queue = new DeadlineQueue<Item>();
        var items = Enumerable.Range(0, 20).Select(i => new Item($"{i}")).ToArray();
        var expected = new Dictionary<string, long>();
        for (var now = 0L; now < 5_000; now++)
        {
            var item = items[random.Next(items.Length)];
            var at = now + random.Next(1, 100);
            queue.Set(item, at);
            expected[item.Name] = at;

            var due = expected.Where(entry => entry.Value <= now).Select(entry => entry.Key).Order().ToArray();
            Assert.Equal(due, Take(queue, now).Order());
            Array.ForEach(due, name => expected.Remove(name));
        }
    }

    private static List<string> Take(DeadlineQueue<Item> queue, long now)
    {
        var names = new List<string>();
        while (queue.TryTake(now, out var item))
        {
            names.Add(item.Name);
        }

        return names;
    }

    private sealed class Item(string name) : Deadline
    {
        public string Name { get; } = name;
    }
}
