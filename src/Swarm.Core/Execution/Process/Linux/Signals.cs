using System.Globalization;

namespace Swarm.Execution.Processes;

/// <summary>Signals by name and number.</summary>
internal static class Signals
{
    private const int Lowest = 1;
    private const int Highest = 64;
    private const int LowestRealTime = 34;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The number of <c>SIGTERM</c>, <c>term</c>, <c>15</c> or <c>SIGRTMIN+3</c>; else null.</summary>
    internal static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number is >= Lowest and <= Highest ? number : null;
        }

        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        return Array.IndexOf(Names, name) is > 0 and var index ? index : ParseRealTime(name);
    }

    private static int? ParseRealTime(string name)
    {
        var (start, rest) = name switch
        {
            _ when name.StartsWith("RTMIN", StringComparison.Ordinal) => (LowestRealTime, name[5..]),
            _ when name.StartsWith("RTMAX", StringComparison.Ordinal) => (Highest, name[5..]),
            _ => (0, ""),
        };
        if (start == 0 || (rest.Length > 0 && rest[0] is not ('+' or '-')))
        {
            return null;
        }

        var offset = 0;
        var valid = rest.Length == 0
            || int.TryParse(rest, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out offset);
        return valid && start + offset is >= LowestRealTime and <= Highest ? start + offset : null;
    }
}
