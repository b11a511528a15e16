using System.Collections;
using Swarm.Compose;
using Swarm.Compose.Loading;

namespace Swarm.Tool.Stacks;

/// <summary>Reads the files that <c>-c</c> names, with the environment of the process.</summary>
internal static class ComposeFiles
{
    /// <exception cref="StackFileException">A file cannot be used.</exception>
    public static LoadedStack Load(List<string> paths, StackConsole console, bool skipInterpolation = false)
    {
        if (paths.Count == 0)
        {
            throw new StackCommandException("Specify a Compose file (with --compose-file)");
        }

        var environment = Variables();
        var context = new LoadContext
        {
            WorkingDirectory = paths is ["-"]
                ? Directory.GetCurrentDirectory()
                : Path.GetDirectoryName(StackPaths.Absolute(Directory.GetCurrentDirectory(), paths[0])) ?? "/",
            Lookup = name => environment.GetValueOrDefault(name),
            Files = new DiskFiles(),
            SkipInterpolation = skipInterpolation,
        };
        try
        {
            return LoadedStack.Load(context, paths.ConvertAll(path => Read(path, context.Limits)));
        }
        finally
        {
            foreach (var warning in context.Warnings)
            {
                console.Log(warning.Message);
            }
        }
    }

    private static StackSource Read(string path, StackLimits limits)
    {
        if (path != "-")
        {
            return StackSource.Read(path, limits);
        }

        using var input = Console.OpenStandardInput();
        try
        {
            return new("-", DiskFiles.ReadUpTo(input, "-", limits.FileBytes));
        }
        catch (StackIOException exception)
        {
            throw new StackFileException(exception.Message, new SourceMark("-", 0, 0));
        }
    }

    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return variables;
    }
}
