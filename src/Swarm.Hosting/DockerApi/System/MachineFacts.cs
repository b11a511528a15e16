using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Swarm.Hosting.DockerApi;

/// <summary>What <c>docker info</c> and <c>docker version</c> tell of the machine; read once.</summary>
internal sealed record MachineFacts
{
    private const string CgroupControllers = "/sys/fs/cgroup/cgroup.controllers";

    public static MachineFacts OfThisMachine { get; } = Read();

    public required string KernelVersion { get; init; }

    public required string OperatingSystem { get; init; }

    public required string OsVersion { get; init; }

    /// <summary><c>1</c> or <c>2</c>.</summary>
    public required string CgroupVersion { get; init; }

    /// <summary>What control groups can limit: <c>memory</c>, <c>cpu</c>, <c>cpuset</c>, <c>pids</c>.</summary>
    public required IReadOnlySet<string> Controllers { get; init; }

    /// <summary>Architecture as Go names it.</summary>
    public static string GoArchitectureOf(string unameArchitecture) => unameArchitecture switch
    {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" => "arm",
        "i686" => "386",
        _ => unameArchitecture,
    };

    /// <summary>An id in Docker's form that stays the same as long as the machine and the state directory do.</summary>
    public static string EngineIdOf(string hostname, string stateDirectory)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{hostname}\n{stateDirectory}"));
        var id = new StringBuilder();
        for (var i = 0; i < 48; i++)
        {
            if (i > 0 && i % 4 == 0)
            {
                id.Append(':');
            }

            var bit = i * 5;
            var pair = (hash[bit / 8] << 8) | hash[(bit / 8) + 1];
            id.Append(Alphabet[(pair >> (11 - (bit % 8))) & 31]);
        }

        return id.ToString();
    }

    private static MachineFacts Read()
    {
        var release = ReadLines("/etc/os-release")
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0], pair => pair[1].Trim('"'), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var unified = File.Exists(CgroupControllers);
        return new MachineFacts
        {
            KernelVersion =
                ReadLines("/proc/sys/kernel/osrelease").FirstOrDefault() ?? Environment.OSVersion.VersionString,
            OperatingSystem = release.GetValueOrDefault("PRETTY_NAME") ?? RuntimeInformation.OSDescription,
            OsVersion = release.GetValueOrDefault("VERSION_ID") ?? "",
            CgroupVersion = unified ? "2" : "1",
            Controllers = (unified ? UnifiedControllers() : EnabledControllers()).ToHashSet(StringComparer.Ordinal),
        };
    }

    private static IEnumerable<string> UnifiedControllers() =>
        ReadLines(CgroupControllers).SelectMany(line => line.Split(' '));

    /// <summary>Of <c>name hierarchy cgroups enabled</c>.</summary>
    private static IEnumerable<string> EnabledControllers() =>
        ReadLines("/proc/cgroups")
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .Where(fields => fields is [_, _, _, "1"])
            .Select(fields => fields[0]);

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
