using System.Globalization;
using Swarm.Compose.Values;

namespace Swarm.Compose.Yaml;

/// <summary>Collects keys that a mapping has twice; all of them are reported together.</summary>
internal sealed class DuplicateKeys
{
    private const int MostReported = 100;

    private readonly List<StackDiagnostic> _found = [];

    /// <summary>Looks through the keys as written; true when there is a duplicate.</summary>
    public bool Check(YamlNode mapping)
    {
        var first = new Dictionary<(YamlNodeKind, string), int>(mapping.Children.Count / 2);
        for (var index = 0; index < mapping.Children.Count; index += 2)
        {
            if (!first.TryAdd(Identity(mapping.Children[index]), index))
            {
                Report(mapping);
                return true;
            }
        }

        return false;
    }

    /// <exception cref="StackFileException">There were duplicate keys.</exception>
    public void ThrowIfAny()
    {
        if (_found.Count > 0)
        {
            var lines = _found.Select(duplicate => string.Create(
                CultureInfo.InvariantCulture,
                $"\n  line {duplicate.Line}: {duplicate.Message}"));
            throw new StackFileException($"yaml: unmarshal errors:{string.Concat(lines)}", _found);
        }
    }

    private static (YamlNodeKind, string) Identity(YamlNode key) => (key.Kind, key.Text);

    // Pairs in the order of their first members, so equal keys are grouped first: comparing all with all would be slow.
    private void Report(YamlNode mapping)
    {
        var groups = new OrderedDictionary<(YamlNodeKind, string), List<YamlNode>>();
        for (var index = 0; index < mapping.Children.Count; index += 2)
        {
            var key = mapping.Children[index];
            groups.TryAdd(Identity(key), []);
            groups[Identity(key)].Add(key);
        }

        foreach (var group in groups.Values)
        {
            for (var first = 0; first < group.Count; first++)
            {
                for (var second = first + 1; second < group.Count && _found.Count < MostReported; second++)
                {
                    _found.Add(new(StackSeverity.Error, group[second].Mark, string.Create(
                        CultureInfo.InvariantCulture,
                        $"mapping key {GoText.Quote(group[second].Text)} already defined at line {group[first].Mark.Line}")));
                }
            }
        }
    }
}
