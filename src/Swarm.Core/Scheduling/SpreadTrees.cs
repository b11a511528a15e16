namespace Swarm.Scheduling;

/// <summary>Trees over the nodes by spread preference, kept until nodes come, go or change their labels.</summary>
internal sealed class SpreadTrees(LoadOrder order, NodeRanking ranking, FilterPipeline pipeline)
{
    private const int Limit = 64;

    private readonly SpreadTree _flat = new(new SpreadBranch(() => new(order, ranking, pipeline)), []);
    private readonly Dictionary<ValueList<PlacementPreference>, SpreadTree> _trees = [];
    private int _shape;

    /// <summary>The tree for some preferences; without any, a single branch.</summary>
    public SpreadTree Of(ValueList<PlacementPreference> preferences)
    {
        if (preferences.IsEmpty)
        {
            return _flat;
        }

        if (_shape != order.Shape || _trees.Count >= Limit)
        {
            _trees.Clear();
            _shape = order.Shape;
        }

        if (!_trees.TryGetValue(preferences, out var tree))
        {
            _trees.Add(preferences, tree = Grow(preferences));
        }

        return tree;
    }

    private SpreadTree Grow(ValueList<PlacementPreference> preferences)
    {
        var labels = preferences.Select(SpreadLabel.Of).OfType<SpreadLabel>().ToArray();
        if (labels.Length == 0)
        {
            return _flat;
        }

        var root = new SpreadBranch(() => new(order, ranking, pipeline));
        var leaves = new SpreadBranch[order.Count];
        for (var position = 0; position < leaves.Length; position++)
        {
            var branch = root;
            foreach (var label in labels)
            {
                branch = branch.Child(label.ValueOn(order[position].Node));
            }

            branch.Add(order[position]);
            leaves[position] = branch;
        }

        return new SpreadTree(root, leaves);
    }
}

/// <summary>The label of one spread preference.</summary>
internal sealed record SpreadLabel(string Name, bool OfEngine)
{
    /// <summary>Null for descriptors other than labels, which Docker ignores.</summary>
    public static SpreadLabel? Of(PlacementPreference preference)
    {
        var descriptor = preference.SpreadDescriptor;
        return ConstraintExpression.LabelOf(descriptor, ConstraintExpression.NodeLabelPrefix) is { } node
            ? new(node, OfEngine: false)
            : ConstraintExpression.LabelOf(descriptor, ConstraintExpression.EngineLabelPrefix) is { } engine
                ? new(engine, OfEngine: true)
                : null;
    }

    /// <summary>The value on a node; nodes without the label share the empty value.</summary>
    public string ValueOn(Node node) =>
        (OfEngine ? node.Description?.Engine?.Labels[Name] : node.Spec.Labels[Name]) ?? "";
}
