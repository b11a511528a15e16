using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>Texts of <c>docker ps</c> that are made on the server.</summary>
internal static class ContainerText
{
    public static string State(ContainerState state) => state switch
    {
        ContainerState.Running => "running",
        ContainerState.Exited => "exited",
        _ => "created",
    };

    public static string Status(ContainerInfo container, DateTimeOffset now) => container.State switch
    {
        ContainerState.Running => $"Up {Age(now - (container.StartedAt ?? now))}{Health(container.Health)}",
        ContainerState.Exited => string.Create(
            CultureInfo.InvariantCulture,
            $"Exited ({container.ExitCode}) {Age(now - (container.FinishedAt ?? now))} ago"),
        _ => "Created",
    };

    public static string Command(ContainerInfo container) => string.Join(
        ' ',
        container.CommandLine.Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"'{a}'" : a));

    // Images of processes are names without content; their id only has to be the same for the same name.
    public static string ImageId(string image) =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)))}";

    public static string Age(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        var minutes = (long)age.TotalMinutes;
        var hours = (long)(age.TotalHours + 0.5);
        return (seconds, minutes, hours) switch
        {
            ( < 1, _, _) => "Less than a second",
            (1, _, _) => "1 second",
            ( < 60, _, _) => Count(seconds, "seconds"),
            (_, 1, _) => "About a minute",
            (_, < 60, _) => Count(minutes, "minutes"),
            (_, _, 1) => "About an hour",
            (_, _, < 48) => Count(hours, "hours"),
            (_, _, < 24 * 14) => Count(hours / 24, "days"),
            (_, _, < 24 * 60) => Count(hours / 24 / 7, "weeks"),
            (_, _, < 24 * 365 * 2) => Count(hours / 24 / 30, "months"),
            _ => Count((long)age.TotalDays / 365, "years"),
        };
    }

    private static string Health(ContainerHealth? health) => health?.Status switch
    {
        null => "",
        "starting" => " (health: starting)",
        var status => $" ({status})",
    };

    private static string Count(long number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
}
