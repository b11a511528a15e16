using Swarm.Storage;

namespace Swarm.Core.Tests.Storage;

/// <summary>Checks the invariants of a tree's nodes, which its content alone does not show.</summary>
internal static class SortedTreeShape
{
    /// <summary>The number of nodes and of entries they have room for.</summary>
    public static (int Nodes, int Room) Check<T>(SortedTree<T> tree, Func<T, string> idOf)
        where T : class
    {
        var depths = new HashSet<int>();
        var totals = new Totals();
        Visit(tree.Root, new Bounds(null, null, IsRightEdge: true), depth: 0, idOf, depths, totals);
        Assert.Single(depths);
        Assert.Equal(tree.Count, totals.Items);
        Assert.True(tree.Root.IsLeaf || tree.Root.Count > 1);
        return (totals.Nodes, totals.Room);
    }

    private static void Visit<T>(
        SortedTreeNode node, Bounds bounds, int depth, Func<T, string> idOf, HashSet<int> depths, Totals totals)
        where T : class
    {
        totals.Nodes++;
        totals.Room += node.Room;
        Assert.InRange(node.Count, 0, SortedTreeNode.Capacity);
        Assert.InRange(node.Room, node.Count, SortedTreeNode.Capacity);
        if (depth > 0)
        {
            Assert.True(node.Count >= (bounds.IsRightEdge ? 1 : SortedTreeNode.MinCount), $"{node.Count} entries");
        }

        if (node.IsLeaf)
        {
            depths.Add(depth);
            totals.Items += node.Count;
            foreach (SortedTreeEntry entry in node.Entries)
            {
                var key = (entry.Rank, idOf((T)entry.Value));
                Assert.True(bounds.Low is not { } low || Compare(low, key) <= 0);
                Assert.True(bounds.High is not { } high || Compare(key, high) < 0);
            }

            return;
        }

        for (int i = 0; i < node.Count; i++)
        {
            (ulong, string)? low = i == 0 ? bounds.Low : (node.RankAt(i), node.IdAt(i)!);
            (ulong, string)? high = i == node.Count - 1 ? bounds.High : (node.RankAt(i + 1), node.IdAt(i + 1)!);
            var inner = new Bounds(low, high, bounds.IsRightEdge && i == node.Count - 1);
            Visit(node.ChildAt(i), inner, depth + 1, idOf, depths, totals);
        }
    }

    private static int Compare((ulong Rank, string Id) left, (ulong Rank, string Id) right)
    {
        int order = left.Rank.CompareTo(right.Rank);
        return order != 0 ? order : string.CompareOrdinal(left.Id, right.Id);
    }

    private sealed record Bounds((ulong, string)? Low, (ulong, string)? High, bool IsRightEdge);

    private sealed class Totals
    {
        public int Nodes { get; set; }

        public int Room { get; set; }

        public int Items { get; set; }
    }
}
