using Swarm.Compose.Interpolation;

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

    public void Warn(SourceMark mark, string message) => Warnings.Add(new(StackSeverity.Warning, mark, message));
}
