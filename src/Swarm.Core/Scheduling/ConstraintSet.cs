using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling;

/// <summary>The placement constraints of a service; all must hold.</summary>
internal sealed class ConstraintSet
{
    private readonly ConstraintExpression[] _expressions;

    private ConstraintSet(ConstraintExpression[] expressions) => _expressions = expressions;

    /// <summary>No constraint: every node matches.</summary>
    public static ConstraintSet Empty { get; } = new([]);

    /// <summary>The constraints of a placement; null means none.</summary>
    /// <exception cref="SwarmException">One is malformed.</exception>
    public static ConstraintSet Of(Placement? placement) =>
        placement is null || placement.Constraints.IsEmpty ? Empty : Parse(placement.Constraints);

    /// <summary>Reads constraints.</summary>
    /// <exception cref="SwarmException">One is malformed.</exception>
    public static ConstraintSet Parse(ValueList<string> texts) => new([.. texts.Select(ConstraintExpression.Parse)]);

    public static bool TryParse(ValueList<string> texts, [NotNullWhen(true)] out ConstraintSet? constraints)
    {
        var expressions = new ConstraintExpression[texts.Count];
        for (var i = 0; i < expressions.Length; i++)
        {
            if (ConstraintExpression.TryParse(texts[i], out _) is not { } expression)
            {
                constraints = null;
                return false;
            }

            expressions[i] = expression;
        }

        constraints = new ConstraintSet(expressions);
        return true;
    }

    public bool Matches(Node node)
    {
        foreach (var expression in _expressions)
        {
            if (!expression.Matches(node))
            {
                return false;
            }
        }

        return true;
    }
}
