using Swarm.Storage;
using static Swarm.Core.Tests.Storage.SortedTreeSamples;
using Item = Swarm.Core.Tests.Storage.SortedTreeItem;

namespace Swarm.Core.Tests.Storage;

public sealed class SortedTreeTests
{
    private static readonly Comparer<(ulong Rank, string Id)> KeyOrder = Comparer<(ulong Rank, string Id)>.Create(
        (left, right) =>
        {
            int order = left.Rank.CompareTo(right.Rank);
            return order != 0 ? order : string.CompareOrdinal(left.Id, right.Id);
        });

    private enum Ranks
    {
        OfId,
        FewDistinct,
        AllEqual,
        Extremes,
    }

    [Theory]
    [InlineData(1, 0, 400)]
    [InlineData(2, 0, 20_000)]
    [InlineData(3, 1, 3_000)]
    [InlineData(4, 2, 3_000)]
    [InlineData(5, 3, 3_000)]
    [InlineData(6, 2, 30)]
    public void Random_edits_give_what_a_sorted_dictionary_gives(int seed, int ranks, int ids)
    {
        var random = new Random(seed);
        string[] pool = NewIds(random, ids);
        var model = new SortedDictionary<(ulong, string), Item>(KeyOrder);
        var snapshots = new List<(SortedTree<Item> Tree, Item[] Items)>();
        SortedTree<Item>.Builder builder = SortedTree<Item>.Create(Item.IdOf).ToBuilder();

        for (int phase = 0; phase < 12; phase++)
        {
            // Phases of growth alternate with phases of decline, so that nodes split and join in turn.
            double sets = phase % 3 == 2 ? 0.1 : 0.75;
            for (int edit = 0; edit < ids; edit++)
            {
                string id = pool[random.Next(ids)];
                ulong rank = RankOf((Ranks)ranks, id);
                model.TryGetValue((rank, id), out Item? expected);
                Assert.Same(expected, builder.Find(rank, id));
                if (random.NextDouble() < sets)
                {
                    var item = new Item(id);
                    Assert.Same(expected, builder.Set(rank, id, item));
                    model[(rank, id)] = item;
                }
                else
                {
                    Assert.Same(expected, builder.Remove(rank, id));
                    model.Remove((rank, id));
                }

                Assert.Equal(model.Count, builder.Count);
                if (random.Next(ids) < 3)
                {
                    snapshots.Add((builder.ToImmutable(), [.. model.Values]));
                }
            }

            snapshots.Add((builder.ToImmutable(), [.. model.Values]));
            AssertRange(model, builder, random);
            if (phase % 4 == 3)
            {
                builder = builder.ToImmutable().ToBuilder();
            }
        }

        foreach ((SortedTree<Item> tree, Item[] items) in snapshots)
        {
            AssertContent(items, tree);
        }
    }

    [Fact]
    public void Empty_tree_has_nothing_to_find_remove_or_enumerate()
    {
        SortedTree<string> empty = NewSet();
        SortedTree<string>.Builder builder = empty.ToBuilder();

        Assert.Equal(0, empty.Count);
        Assert.Null(empty.Find(0, ""));
        Assert.Empty(empty.AsEnumerable());
        Assert.Empty(ToList(empty.From(0, ulong.MaxValue)));
        Assert.Null(builder.Remove(0, "a"));
        Assert.Same(empty, builder.ToImmutable());
    }

    [Fact]
    public void Single_item_is_found_replaced_and_removed()
    {
        SortedTree<Item>.Builder builder = SortedTree<Item>.Create(Item.IdOf).ToBuilder();
        var first = new Item("a");
        var second = new Item("a");

        Assert.Null(builder.Set(7, "a", first));
        Assert.Same(first, builder.Set(7, "a", second));
        SortedTree<Item> tree = builder.ToImmutable();
        Assert.Same(second, builder.Remove(7, "a"));
        Assert.Equal(0, builder.ToImmutable().Count);

        AssertContent([second], tree);
        Assert.Null(tree.Find(6, "a"));
        Assert.Null(tree.Find(8, "a"));
        Assert.Null(tree.Find(7, "b"));
        Assert.Equal([second], ToList(tree.From(7, 7)));
        Assert.Empty(ToList(tree.From(0, 6)));
        Assert.Empty(ToList(tree.From(8, ulong.MaxValue)));
        Assert.Empty(ToList(tree.From(8, 6)));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void Ascending_descending_and_random_inserts_give_the_same_content(int count)
    {
        string[] ids = NewIds(new Random(count), count);
        string[] shuffled = [.. ids];
        new Random(17).Shuffle(shuffled);
        Array.Sort(ids, string.CompareOrdinal);

        SortedTree<string> ascending = SetOf(ids);
        AssertContent(ids, ascending);
        AssertContent(ids, SetOf(ids.Reverse()));
        AssertContent(ids, SetOf(shuffled));

        // Appending fills nodes to the brim but for those of the right edge.
        int leaves = (count + SortedTreeNode.Capacity - 1) / SortedTreeNode.Capacity;
        (int nodes, _) = SortedTreeShape.Check(ascending, static id => id);
        Assert.InRange(nodes, leaves, leaves + (leaves / 32) + 3);
    }

    [Fact]
    public void Builder_without_edits_returns_the_tree_it_came_from()
    {
        SortedTree<string> tree = SetOf(NewIds(new Random(5), 1_000));
        SortedTree<string>.Builder builder = tree.ToBuilder();
        string present = tree.AsEnumerable().ElementAt(500);

        Assert.Same(present, builder.Set(IdRank.Of(present), present, present));
        Assert.Null(builder.Remove(IdRank.Of("absent"), "absent"));
        Assert.Same(tree, builder.ToImmutable());

        builder.Set(IdRank.Of("new"), "new", "new");
        SortedTree<string> next = builder.ToImmutable();
        Assert.NotSame(tree, next);
        Assert.Same(next, builder.ToImmutable());
        Assert.Equal(1_000, tree.Count);
        Assert.Equal(1_001, next.Count);
    }

    [Fact]
    public void Reused_builder_leaves_the_trees_it_made_alone()
    {
        string[] ids = NewIds(new Random(9), 2_000);
        SortedTree<string>.Builder builder = NewSet().ToBuilder();
        var versions = new List<SortedTree<string>>();
        foreach (string id in ids)
        {
            builder.Set(IdRank.Of(id), id, id);
            versions.Add(builder.ToImmutable());
        }

        foreach (string id in ids)
        {
            builder.Remove(IdRank.Of(id), id);
        }

        for (int i = 0; i < versions.Count; i += 37)
        {
            string[] expected = ids[..(i + 1)];
            Array.Sort(expected, string.CompareOrdinal);
            AssertContent(expected, versions[i]);
        }
    }

    [Fact]
    public void Enumeration_ends_with_an_exception_after_an_edit_of_its_builder()
    {
        SortedTree<string>.Builder builder = SetOf(["a", "b", "c"]).ToBuilder();

        Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (string id in builder)
            {
                builder.Remove(IdRank.Of(id), id);
            }
        });
        Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (string id in builder.From(0, ulong.MaxValue))
            {
                builder.Set(9, "d", "d");
            }
        });
    }

    [Fact]
    public void Item_under_an_id_not_its_own_is_refused()
    {
        SortedTree<string>.Builder builder = NewSet().ToBuilder();

        Assert.Throws<ArgumentException>(() => builder.Set(1, "a", "b"));
        Assert.Equal(0, builder.Count);
    }

    private static void AssertRange(
        SortedDictionary<(ulong Rank, string Id), Item> model, SortedTree<Item>.Builder builder, Random random)
    {
        SortedTree<Item> tree = builder.ToImmutable();
        ulong[] ranks = [0, 1, ulong.MaxValue, .. model.Keys.Select(static key => key.Rank)];
        for (int i = 0; i < 10; i++)
        {
            ulong low = ranks[random.Next(ranks.Length)] + (ulong)random.Next(2);
            ulong high = ranks[random.Next(ranks.Length)] - (ulong)random.Next(2);
            var expected = model.Where(pair => pair.Key.Rank >= low && pair.Key.Rank <= high)
                .Select(static pair => pair.Value).ToList();
            Assert.Equal(expected, ToList(tree.From(low, high)));
            Assert.Equal(expected, ToList(builder.From(low, high)));
        }

        Assert.Equal(model.Values, ToList(builder.From(0, ulong.MaxValue)));
    }

    private static ulong RankOf(Ranks ranks, string id) => ranks switch
    {
        Ranks.OfId => IdRank.Of(id),
        Ranks.FewDistinct => id[^1] % 5u,
        Ranks.AllEqual => 42,
        _ => id[^1] % 2 == 0 ? ulong.MinValue : ulong.MaxValue,
    };
}
