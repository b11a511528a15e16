namespace Swarm.Snippets;

/// <summary>The pages of this repository that users read.</summary>
internal static class Documents
{
    public static string Root { get; } = Locate();

    /// <summary>Paths relative to the root.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        "README.md",
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal),
    ];

    public static string[] LinesOf(string page) => File.ReadAllLines(Path.Combine(Root, page));

    private static string Locate()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Swarm.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Swarm.sln was not found");
        }

        return folder.FullName;
    }
}
