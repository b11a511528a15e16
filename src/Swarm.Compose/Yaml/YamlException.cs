using System.Globalization;

namespace Swarm.Compose.Yaml;

/// <summary>Text that is not YAML, or YAML that the stack format does not take.</summary>
internal sealed class YamlException(string problem, SourceMark mark, bool showLine = true) : Exception(problem)
{
    public SourceMark Mark { get; } = mark;

    // Docker names lines from the second on.
    public StackFileException ToStackFileException() => new(
        showLine && Mark.Line > 1
            ? string.Create(CultureInfo.InvariantCulture, $"yaml: line {Mark.Line}: {Message}")
            : $"yaml: {Message}",
        Mark);
}
