using System.Globalization;
using System.Security.Cryptography;

namespace Swarm.Execution.Processes;

/// <summary>The range of ports that tasks get: below what the system gives to outgoing connections.</summary>
internal static class TaskPorts
{
    private const int First = 10_000;

    /// <summary>Where the swarm's own dynamic published ports begin (Docker's number).</summary>
    private const int End = 30_000;
    private const int Fewest = 1_000;
    private const string RangeFile = "/proc/sys/net/ipv4/ip_local_port_range";

    private static readonly int Count = Math.Min(End, FirstOfSystem()) - First;

    /// <summary>A number of the range, by chance; 0, which lets the system choose, where there is no such range.</summary>
    public static int Draw() => Count >= Fewest ? First + RandomNumberGenerator.GetInt32(Count) : 0;

    private static int FirstOfSystem()
    {
        try
        {
            var range = File.ReadAllText(RangeFile);
            var end = range.AsSpan().IndexOfAny('\t', ' ');
            return int.Parse(range.AsSpan(0, end), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return End;
        }
    }
}
