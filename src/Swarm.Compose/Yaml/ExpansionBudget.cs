using System.Globalization;

namespace Swarm.Compose.Yaml;

/// <summary>
/// Counts the nodes of a document as its aliases are followed. A document that is mostly made of repetitions is a bomb.
/// </summary>
internal sealed class ExpansionBudget(StackLimits limits)
{
    // Docker's reader allows nearly everything to be repetition in small documents, a tenth in large ones.
    private const int SmallDocument = 400_000;
    private const int LargeDocument = 4_000_000;

    private int _total;
    private int _aliased;

    /// <summary>How many aliases the current node stands under.</summary>
    public int AliasDepth { get; set; }

    public void Spend(YamlNode node)
    {
        _total++;
        _aliased += AliasDepth > 0 ? 1 : 0;
        if (_aliased > 100 && _total > 1000 && _aliased > _total * AllowedRatio())
        {
            throw new YamlException("document contains excessive aliasing", node.Mark, showLine: false);
        }

        if (_total > limits.ExpandedNodes)
        {
            throw new YamlException(
                string.Create(CultureInfo.InvariantCulture, $"document expands to more than {limits.ExpandedNodes} nodes"),
                node.Mark);
        }
    }

    private double AllowedRatio() => _total switch
    {
        <= SmallDocument => 0.99,
        >= LargeDocument => 0.10,
        _ => 0.99 - (0.89 * (_total - SmallDocument) / (LargeDocument - SmallDocument)),
    };
}
