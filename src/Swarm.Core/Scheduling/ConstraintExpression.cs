using System.Buffers;

namespace Swarm.Scheduling;

/// <summary>One placement constraint, such as <c>node.labels.zone==a</c>.</summary>
internal sealed class ConstraintExpression
{
    public const string NodeLabelPrefix = "node.labels.";
    public const string EngineLabelPrefix = "engine.labels.";

    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static readonly SearchValues<char> KeyStart = SearchValues.Create(Letters + "_");
    private static readonly SearchValues<char> KeyRest = SearchValues.Create(Letters + "0123456789-_.");

    private static readonly SearchValues<char> ValueCharacters =
        SearchValues.Create(Letters + "0123456789:-_ \t\n\f\r.*()?+[]\\^$|/");

    private readonly Func<Node, string?, bool> _holds;
    private readonly string? _label;

    private ConstraintExpression(string key, bool equal, string value)
    {
        (Key, IsEqual, Value) = (key, equal, value);
        (_holds, _label) = Resolve();
    }

    /// <summary>What is compared, as written.</summary>
    public string Key { get; }

    /// <summary>True for <c>==</c>, false for <c>!=</c>.</summary>
    public bool IsEqual { get; }

    /// <summary>What it is compared with.</summary>
    public string Value { get; }

    /// <summary>Reads a constraint.</summary>
    /// <exception cref="SwarmException">It has no operator, or a bad key or value.</exception>
    public static ConstraintExpression Parse(string text) =>
        TryParse(text, out var error) ?? throw SwarmException.InvalidArgument(error);

    /// <summary>Reads a constraint; null and Docker's words for what is wrong with it otherwise.</summary>
    public static ConstraintExpression? TryParse(string text, out string error)
    {
        var equal = true;
        var at = text.IndexOf("==", StringComparison.Ordinal);
        if (at < 0)
        {
            equal = false;
            at = text.IndexOf("!=", StringComparison.Ordinal);
        }

        if (at < 0)
        {
            error = "constraint expected one operator from ==, !=";
            return null;
        }

        var key = text[..at].Trim();
        var value = text[(at + 2)..].Trim();
        if (!IsKey(key))
        {
            error = $"key '{key}' is invalid";
            return null;
        }

        if (value.Length == 0 || value.AsSpan().ContainsAnyExcept(ValueCharacters))
        {
            error = $"value '{value}' is invalid";
            return null;
        }

        error = "";
        return new ConstraintExpression(key, equal, value);
    }

    /// <summary>Tells whether a node meets the constraint.</summary>
    public bool Matches(Node node) => _holds(node, _label);

    /// <inheritdoc/>
    public override string ToString() => $"{Key}{(IsEqual ? "==" : "!=")}{Value}";

    /// <summary>The label's name when the key starts with the prefix, in any case, and goes on after it.</summary>
    public static string? LabelOf(string key, string prefix) =>
        key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            ? key[prefix.Length..]
            : null;

    private static bool IsKey(string key) =>
        key.Length >= 2 && KeyStart.Contains(key[0]) && !key.AsSpan(1).ContainsAnyExcept(KeyRest);

    private (Func<Node, string?, bool> Holds, string? Label) Resolve()
    {
        if (LabelOf(Key, NodeLabelPrefix) is { } nodeLabel)
        {
            return ((node, label) => Compare(node.Spec.Labels[label!]), nodeLabel);
        }

        if (LabelOf(Key, EngineLabelPrefix) is { } engineLabel)
        {
            return ((node, label) => Compare(node.Description?.Engine?.Labels[label!]), engineLabel);
        }

        return Key.ToLowerInvariant() switch
        {
            "node.id" => ((node, _) => Compare(node.Id.Value), null),
            "node.hostname" => ((node, _) => Compare(node.Description?.Hostname), null),
            "node.ip" => (MatchAddress(), null),
            "node.role" => ((node, _) => Compare(node.Role == NodeRole.Manager ? "manager" : "worker"), null),
            "node.platform.os" => ((node, _) => Compare(node.Description?.Platform.OperatingSystem), null),
            "node.platform.arch" => ((node, _) => Compare(node.Description?.Platform.Architecture), null),
            _ => ((_, _) => false, null),
        };
    }

    private bool Compare(string? actual) =>
        string.Equals(actual ?? "", Value, StringComparison.OrdinalIgnoreCase) == IsEqual;

    private Func<Node, string?, bool> MatchAddress() => AddressRange.TryParse(Value) is { } range
        ? (node, _) => range.Contains(AddressRange.ParseAddress(node.Status.Address)) == IsEqual
        : (_, _) => false;
}
