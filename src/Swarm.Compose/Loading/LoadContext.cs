using Swarm.Compose.Interpolation;
using Swarm.Compose.Lenient;

namespace Swarm.Compose.Loading;

/// <summary>What loading needs from outside.</summary>
internal sealed class LoadContext
{
    public required string WorkingDirectory { get; init; }

    public required VariableLookup Lookup { get; init; }

    public required IStackFiles Files { get; init; }

    public StackLimits Limits { get; init; } = StackLimits.Default;

    public StackMode Mode { get; init; }

    public bool SkipInterpolation { get; init; }

    /// <summary>Warnings in the order in which they came up; they stand even when loading fails afterwards.</summary>
    public List<StackDiagnostic> Warnings { get; } = [];

    /// <summary>What services wait for, by service; only in lenient mode.</summary>
    public Dictionary<string, List<StackDependency>> Dependencies { get; } = new(StringComparer.Ordinal);

    /// <summary>Data of secrets and configs that stands in the file, by section and name; only in lenient mode.</summary>
    public Dictionary<(string Section, string Name), byte[]> InlineData { get; } = [];

    public void Warn(SourceMark mark, string message) => Warnings.Add(new(StackSeverity.Warning, mark, message));
}
