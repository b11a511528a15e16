using Swarm.Storage;
using static Swarm.Core.Tests.Storage.SortedTreeSamples;
using Item = Swarm.Core.Tests.Storage.SortedTreeItem;

namespace Swarm.Core.Tests.Storage;

public sealed class SortedTreeMemoryTests
{
    [Fact]
    public void Set_of_one_id_is_small()
    {
        SortedTree<string>.Builder builder = NewSet().ToBuilder();
        builder.Set(1, "a", "a");
        builder.ToImmutable();
        builder = NewSet().ToBuilder();

        long before = GC.GetAllocatedBytesForCurrentThread();
        builder.Set(1, "a", "a");
        SortedTree<string> tree = builder.ToImmutable();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(1, tree.Count);
        Assert.InRange(allocated, 1, 160);
    }

    [Theory]
    [InlineData("ascending")]
    [InlineData("descending")]
    [InlineData("random")]
    public void Removing_nearly_everything_gives_the_memory_back(string order)
    {
        var random = new Random(23);
        string[] ids = NewIds(random, 50_000);
        SortedTree<string> full = SetOf(ids);
        SortedTree<string>.Builder builder = full.ToBuilder();
        string[] removals = [.. ids];
        switch (order)
        {
            case "ascending":
                Array.Sort(removals, string.CompareOrdinal);
                break;
            case "descending":
                Array.Sort(removals, static (left, right) => string.CompareOrdinal(right, left));
                break;
            default:
                random.Shuffle(removals);
                break;
        }

        foreach (string id in removals.AsSpan(0, removals.Length - 1_000))
        {
            Assert.Same(id, builder.Remove(IdRank.Of(id), id));
        }

        SortedTree<string> left = builder.ToImmutable();
        string[] kept = removals[^1_000..];
        Array.Sort(kept, string.CompareOrdinal);
        AssertContent(kept, left);
        (int nodes, int room) = SortedTreeShape.Check(left, static id => id);
        Assert.InRange(nodes, 1, (1_000 / SortedTreeNode.MinCount) + 5);
        Assert.InRange(room, 1_000, 4_500);

        foreach (string id in kept)
        {
            Assert.Same(id, builder.Remove(IdRank.Of(id), id));
        }

        Assert.Equal(0, builder.Count);
        Assert.Same(NewSet().Root, builder.ToImmutable().Root);
        Assert.Equal(50_000, full.AsEnumerable().Count());
        SortedTreeShape.Check(full, static id => id);
    }

    [Fact]
    public void Edits_share_the_nodes_they_do_not_touch()
    {
        string[] ids = NewIds(new Random(31), 100_000);
        SortedTree<Item>.Builder builder = SortedTree<Item>.Create(Item.IdOf).ToBuilder();
        foreach (string id in ids)
        {
            builder.Set(IdRank.Of(id), id, new Item(id));
        }

        builder.ToImmutable();
        var item = new Item(ids[0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        builder.Set(IdRank.Of(item.Id), item.Id, item);
        long first = GC.GetAllocatedBytesForCurrentThread() - before;
        item = new Item(ids[0]);
        before = GC.GetAllocatedBytesForCurrentThread();
        builder.Set(IdRank.Of(item.Id), item.Id, item);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(first, 1, 6_000);
    }

    [Fact]
    public void Finding_and_enumerating_allocate_nothing()
    {
        string[] ids = NewIds(new Random(41), 10_000);
        SortedTree<string> tree = SetOf(ids);
        SortedTree<string>.Builder builder = tree.ToBuilder();
        Assert.Equal(30_000, FindAndEnumerate(tree, builder, ids));

        long before = GC.GetAllocatedBytesForCurrentThread();
        FindAndEnumerate(tree, builder, ids);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int FindAndEnumerate(SortedTree<string> tree, SortedTree<string>.Builder builder, string[] ids)
    {
        int found = 0;
        foreach (string id in ids)
        {
            ulong rank = IdRank.Of(id);
            found += tree.Find(rank, id) is null || builder.Find(rank, id) is null ? 0 : 1;
            found -= tree.Find(rank, "absent") is null ? 0 : 1;
        }

        foreach (string _ in tree)
        {
            found++;
        }

        foreach (string _ in builder.From(0, ulong.MaxValue))
        {
            found++;
        }

        return found;
    }
}
