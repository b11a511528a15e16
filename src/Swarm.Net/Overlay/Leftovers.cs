namespace Swarm.Net.Overlay;

/// <summary>Members that there are and that are not to be.</summary>
/// <param name="Removable">Those that can be removed.</param>
/// <param name="Living">Those of an earlier process that something still runs in.</param>
internal sealed record Leftovers(IReadOnlyList<string> Removable, IReadOnlySet<string> Living)
{
    /// <summary>Looks for them.</summary>
    /// <param name="options">Options.</param>
    /// <param name="state">What is to be.</param>
    /// <param name="own">Members that this process has made or taken over.</param>
    public static Leftovers Find(OverlayOptions options, OverlayState state, IEnumerable<string> own)
    {
        var unwanted = Members(options)
            .Except(state.Members.Select(member => member.Name))
            .ToHashSet(StringComparer.Ordinal);
        if (unwanted.Count == 0)
        {
            return new([], new HashSet<string>());
        }

        var unknown = unwanted.Except(own).ToArray();
        var living = unknown.Length == 0 ? [] : LivingOf(options, unknown);
        return new([.. unwanted.Except(living)], living);
    }

    /// <summary>The members that have a namespace.</summary>
    public static IEnumerable<string> Members(OverlayOptions options) =>
        Paths(options).Select(path => OverlayNames.MemberOf(options, path)).OfType<string>();

    /// <summary>The VNIs of networks that have a namespace.</summary>
    public static IEnumerable<int> Networks(OverlayOptions options) =>
        Paths(options).Select(path => OverlayNames.NetworkOf(options, path)).OfType<int>();

    private static string[] Paths(OverlayOptions options) => Directory.Exists(options.Directory)
        ? Directory.GetFiles(options.Directory, $"{OverlayNames.PrefixOf(options)}*")
        : [];

    private static HashSet<string> LivingOf(OverlayOptions options, string[] members)
    {
        var spaces = Directory
            .EnumerateDirectories("/proc")
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            .Select(SpaceOf)
            .ToHashSet(StringComparer.Ordinal);
        return members
            .Where(member =>
            {
                using var space = NetworkNamespace.TryOpen(OverlayNames.PathOf(options, member));
                return space is not null && spaces.Contains(space.Name);
            })
            .ToHashSet(StringComparer.Ordinal);
    }

    // Processes come and go.
    private static string SpaceOf(string folder)
    {
        try
        {
            return new FileInfo(Path.Combine(folder, "ns", "net")).LinkTarget ?? "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
