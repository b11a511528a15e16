using System.Text;
using Swarm.Compose.Lenient;
using Swarm.Compose.Loading;
using Swarm.Compose.Output;

namespace Swarm.Compose;

/// <summary>A stack: what one or several compose files say together. Immutable once loaded.</summary>
public sealed class StackFile
{
    private StackFile(string name, StackModel model, LoadContext context, IEnumerable<StackDiagnostic> diagnostics)
    {
        Name = name;
        Model = model;
        Files = context.Files;
        Limits = context.Limits;
        Dependencies = context.Dependencies;
        Diagnostics = diagnostics.ToValueList();
    }

    /// <summary>Name of the stack; its objects are called <c>NAME_…</c>.</summary>
    public string Name { get; }

    /// <summary>What had no effect, or another than one might think. Errors are thrown, not listed.</summary>
    public ValueList<StackDiagnostic> Diagnostics { get; }

    internal StackModel Model { get; }

    internal IStackFiles Files { get; }

    internal StackLimits Limits { get; }

    internal IReadOnlyDictionary<string, List<StackDependency>> Dependencies { get; }

    /// <summary>Reads files; later ones override earlier ones.</summary>
    /// <param name="name">Name of the stack.</param>
    /// <param name="paths">The files, at least one.</param>
    /// <param name="options">How to read them; null means the defaults.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The stack.</returns>
    /// <exception cref="StackFileException">A file cannot be read or used; the exception lists every error found.</exception>
    public static async Task<StackFile> LoadAsync(
        string name,
        IEnumerable<string> paths,
        StackLoadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        StackName.ThrowIfInvalid(name);
        options ??= new();
        var sources = new List<StackSource>();
        foreach (var path in paths)
        {
            sources.Add(await StackSource.ReadAsync(path, options.Limits, cancellationToken));
        }

        if (sources.Count == 0)
        {
            throw new StackFileException("Specify a Compose file (with --compose-file)", default(SourceMark));
        }

        var first = Path.GetDirectoryName(Path.GetFullPath(sources[0].Name)) ?? "/";
        return Load(name, sources, options, options.WorkingDirectory ?? first);
    }

    /// <summary>Reads the text of one file.</summary>
    /// <param name="name">Name of the stack.</param>
    /// <param name="text">The text.</param>
    /// <param name="options">How to read it; null means the defaults.</param>
    /// <returns>The stack.</returns>
    /// <exception cref="StackFileException">The text cannot be used; the exception lists every error found.</exception>
    public static StackFile Parse(string name, string text, StackLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        StackName.ThrowIfInvalid(name);
        options ??= new();
        return Load(
            name,
            [new StackSource("-", Encoding.UTF8.GetBytes(text))],
            options,
            options.WorkingDirectory ?? Directory.GetCurrentDirectory());
    }

    /// <summary>The merged file in long forms, as <c>docker stack config</c> prints it.</summary>
    /// <returns>YAML.</returns>
    public string ToYaml() => StackPrinter.Print(Model);

    private static StackFile Load(
        string name, List<StackSource> sources, StackLoadOptions options, string workingDirectory)
    {
        var context = new LoadContext
        {
            WorkingDirectory = workingDirectory,
            Lookup = variable => options.Environment.GetValueOrDefault(variable),
            Files = new DiskFiles(options.ConfineFiles ? workingDirectory : null),
            Limits = options.Limits,
            Mode = options.Mode,
            SkipInterpolation = options.SkipInterpolation,
        };
        var loaded = LoadedStack.Load(context, sources);
        return new StackFile(name, loaded.Model, context, [.. context.Warnings, .. loaded.Ignored]);
    }
}
