using Swarm.Compose.Values;

namespace Swarm.Compose.Loading;

/// <summary>A stack that was loaded, and what in its files has no effect.</summary>
internal sealed record LoadedStack(StackModel Model, IReadOnlyList<Value> Roots)
{
    /// <summary>Warnings for keys that are ignored when the stack is deployed.</summary>
    public IEnumerable<StackDiagnostic> Ignored =>
    [
        .. Roots.SelectMany(ServiceKeys.FindUnsupported).Select(entry =>
            new StackDiagnostic(StackSeverity.Warning, entry.Mark, $"Ignoring unsupported options: {entry.Key}")),
        .. Roots.SelectMany(ServiceKeys.FindDeprecated).Select(entry =>
            new StackDiagnostic(StackSeverity.Warning, entry.Mark, $"Ignoring deprecated options: {entry.Key}: {entry.Text}")),
    ];

    /// <exception cref="StackFileException">A file cannot be used.</exception>
    public static LoadedStack Load(LoadContext context, IReadOnlyList<StackSource> sources)
    {
        var files = sources
            .Select(source => (source.Name, Root: StackLoader.Parse(source.Content, source.Name, context.Limits)))
            .ToList();
        return new(new StackLoader(context).Load(files), files.ConvertAll(file => file.Root));
    }
}
