using System.Runtime.CompilerServices;

namespace Swarm.Architecture.Tests;

/// <summary>Finds the files of this repository.</summary>
internal static class Repository
{
    private static readonly string[] Skipped = ["artifacts", ".git", "node_modules", "obj", "bin"];

    public static string Root { get; } = Locate();

    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start)
            ? Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories)
                .Where(path => !Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar).Any(Skipped.Contains))
                .Order(StringComparer.Ordinal)
            : [];
    }

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static string Locate([CallerFilePath] string thisFile = "")
    {
        // Deterministic builds rewrite source paths, so walk up from the test's output when the path is not real.
        var start = File.Exists(thisFile) ? Path.GetDirectoryName(thisFile)! : AppContext.BaseDirectory;
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Swarm.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"Swarm.sln was not found above {start}");
    }
}
