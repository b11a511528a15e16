using System.Globalization;

namespace Swarm.Execution.Processes;

/// <summary>Who a task runs as.</summary>
/// <param name="UserId">User id.</param>
/// <param name="GroupId">Group id.</param>
/// <param name="Groups">Additional group ids.</param>
/// <param name="Name">Name; empty for an id without an account.</param>
/// <param name="Home">Home directory.</param>
internal sealed record UserAccount(uint UserId, uint GroupId, ValueList<uint> Groups, string Name, string Home)
{
    /// <summary>The program that switches users; null where there is none.</summary>
    internal static string? Setpriv { get; } =
        Array.Find(["/usr/bin/setpriv", "/bin/setpriv", "/usr/sbin/setpriv"], IsComplete);

    /// <summary>True when this process runs as that user already.</summary>
    internal bool IsCurrent =>
        UserId == Libc.EffectiveUserId() && GroupId == Libc.EffectiveGroupId() && Groups.IsEmpty;

    internal IEnumerable<string> SetprivOptions =>
    [
        $"--reuid={Text(UserId)}",
        $"--regid={Text(GroupId)}",
        Groups.IsEmpty ? "--clear-groups" : $"--groups={string.Join(',', Groups.Select(Text))}",
    ];

    /// <summary>Looks up <c>user</c> or <c>user:group</c>, names or ids.</summary>
    /// <param name="text">The text; not empty.</param>
    /// <param name="additionalGroups">Further groups, names or ids.</param>
    /// <exception cref="TaskRejectedException">There is no such user or group; the message is Docker's.</exception>
    internal static UserAccount Find(string text, ValueList<string> additionalGroups)
    {
        var parts = text.Split(':', 2);
        var account = Entries("/etc/passwd", 6).FirstOrDefault(entry => entry[0] == parts[0] || entry[2] == parts[0]);
        if (account is null && !IsId(parts[0]))
        {
            throw new TaskRejectedException($"unable to find user {parts[0]}: no matching entries in passwd file");
        }

        var groups = additionalGroups.Select(FindGroup).ToList();
        if (parts.Length == 1 && account is not null)
        {
            groups.AddRange(Entries("/etc/group", 4)
                .Where(entry => entry[3].Split(',').Contains(account[0], StringComparer.Ordinal))
                .Select(entry => Id(entry[2])));
        }

        return new(
            Id(account?[2] ?? parts[0]),
            parts.Length == 2 ? FindGroup(parts[1]) : Id(account?[3] ?? "0"),
            groups.Distinct().ToValueList(),
            account?[0] ?? "",
            account?[5] is { Length: > 0 } home ? home : "/");
    }

    /// <summary>The name of a user; the id where there is no account.</summary>
    internal static string NameOf(string userId) =>
        Entries("/etc/passwd", 3).FirstOrDefault(entry => entry[2] == userId)?[0] ?? userId;

    // Busybox has a program of that name that cannot switch users.
    private static bool IsComplete(string file) =>
        File.Exists(file) && File.ResolveLinkTarget(file, returnFinalTarget: true)?.Name is not "busybox";

    private static uint FindGroup(string text) =>
        Entries("/etc/group", 3).FirstOrDefault(entry => entry[0] == text) is { } entry ? Id(entry[2])
        : IsId(text) ? Id(text)
        : throw new TaskRejectedException($"unable to find group {text}: no matching entries in group file");

    private static List<string[]> Entries(string file, int fields) => File.Exists(file)
        ? [
            .. File.ReadLines(file)
                .Select(line => line.Split(':'))
                .Where(entry => entry.Length >= fields && IsId(entry[2])),
        ]
        : [];

    private static bool IsId(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static uint Id(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
