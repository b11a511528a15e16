using Swarm.Storage;

namespace Swarm.Core.Tests.Storage;

/// <summary>Trees, ids and comparisons that the tests of trees share.</summary>
internal static class SortedTreeSamples
{
    public static SortedTree<string> NewSet() => SortedTree<string>.Create(static id => id);

    public static SortedTree<string> SetOf(IEnumerable<string> ids)
    {
        SortedTree<string>.Builder builder = NewSet().ToBuilder();
        foreach (string id in ids)
        {
            builder.Set(IdRank.Of(id), id, id);
        }

        return builder.ToImmutable();
    }

    public static string[] NewIds(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.GetString("0123456789abcdefghijklmnopqrstuvwxyz", 25))];

    public static List<T> ToList<T>(SortedTree<T>.Range range)
        where T : class
    {
        var items = new List<T>();
        foreach (T item in range)
        {
            items.Add(item);
        }

        return items;
    }

    public static void AssertContent<T>(T[] expected, SortedTree<T> tree)
        where T : class
    {
        Assert.Equal(expected.Length, tree.Count);
        int index = 0;
        foreach (T item in tree)
        {
            Assert.Same(expected[index++], item);
        }

        Assert.Equal(expected.Length, index);
        SortedTreeShape.Check(tree, static item => item as string ?? ((SortedTreeItem)(object)item).Id);
    }
}

internal sealed class SortedTreeItem(string id)
{
    public static readonly Func<SortedTreeItem, string> IdOf = static item => item.Id;

    public string Id { get; } = id;
}
