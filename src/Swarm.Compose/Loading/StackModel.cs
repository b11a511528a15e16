using Swarm.Compose.Shapes;
using Swarm.Compose.Values;

namespace Swarm.Compose.Loading;

/// <summary>A stack as its files say, merged, in long forms.</summary>
internal sealed class StackModel
{
    public required string Version { get; init; }

    public required string FileName { get; init; }

    public OrderedDictionary<string, StackRecord> Services { get; init; } = Section();

    public OrderedDictionary<string, StackRecord> Networks { get; init; } = Section();

    public OrderedDictionary<string, StackRecord> Volumes { get; init; } = Section();

    public OrderedDictionary<string, StackRecord> Secrets { get; init; } = Section();

    public OrderedDictionary<string, StackRecord> Configs { get; init; } = Section();

    /// <summary>Keys of the first file that begin with <c>x-</c>.</summary>
    public ValueMap? Extensions { get; init; }

    public static OrderedDictionary<string, StackRecord> Section() => new(StringComparer.Ordinal);
}
