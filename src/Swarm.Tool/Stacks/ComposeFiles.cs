using Swarm.Compose;
using Swarm.Compose.Loading;

namespace Swarm.Tool.Stacks;

/// <summary>Reads the files that <c>-c</c> names, with the environment of the process.</summary>
internal static class ComposeFiles
{
    /// <exception cref="StackFileException">A file cannot be used.</exception>
    public static LoadedStack Load(List<string> paths, StackShell shell, bool skipInterpolation = false)
    {
        if (paths.Count == 0)
        {
            throw new StackCommandException("Specify a Compose file (with --compose-file)");
        }

        var context = new LoadContext
        {
            WorkingDirectory = paths is ["-"]
                ? shell.WorkingDirectory
                : Path.GetDirectoryName(StackPaths.Absolute(shell.WorkingDirectory, paths[0])) ?? "/",
            Lookup = name => shell.Environment.GetValueOrDefault(name),
            Files = new DiskFiles(),
            SkipInterpolation = skipInterpolation,
        };
        try
        {
            return LoadedStack.Load(context, paths.ConvertAll(path => Read(path, shell, context.Limits)));
        }
        finally
        {
            foreach (var warning in context.Warnings)
            {
                shell.Log(warning.Message);
            }
        }
    }

    private static StackSource Read(string path, StackShell shell, StackLimits limits)
    {
        if (path != "-")
        {
            return StackSource.Read(path, limits, shell.WorkingDirectory);
        }

        using var input = shell.OpenInput();
        try
        {
            return new("-", DiskFiles.ReadUpTo(input, "-", limits.FileBytes));
        }
        catch (StackIOException exception)
        {
            throw new StackFileException(exception.Message, new SourceMark("-", 0, 0));
        }
    }
}
