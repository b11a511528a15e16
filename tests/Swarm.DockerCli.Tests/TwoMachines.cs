using System.Diagnostics;
using System.Globalization;

namespace Swarm.DockerCli.Tests;

/// <summary>
/// Two machines that are network namespaces, joined by a bridge in a third one. Addresses are of 198.51.100.0/24, which
/// is there for examples.
/// </summary>
internal sealed class TwoMachines : IAsyncDisposable
{
    private static readonly string Prefix =
        string.Create(CultureInfo.InvariantCulture, $"swarmcli-{Environment.ProcessId}");

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } = !Environment.IsPrivilegedProcess ? "network namespaces need root"
        : Array.Find(["ip", "nsenter", "nft", "conntrack", "busybox"], program => !IsThere(program)) is { } lacking
            ? $"{lacking} is not installed"
            : null;

    public static string SpaceOf(int machine) =>
        string.Create(CultureInfo.InvariantCulture, $"/run/netns/{Prefix}-{machine}");

    public static string AddressOf(int machine) => string.Create(CultureInfo.InvariantCulture, $"198.51.100.{machine}");

    public static async Task<TwoMachines> StartAsync()
    {
        var machines = new TwoMachines();
        await machines.DisposeAsync();
        var script = $"""
            set -e
            ip netns add {Prefix}-switch
            ip -n {Prefix}-switch link add switch type bridge
            ip -n {Prefix}-switch link set switch up

            """;
        foreach (var machine in new[] { 1, 2 })
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{machine}");
            script += $"""
                ip netns add {name}
                ip -n {Prefix}-switch link add m{machine} type veth peer name eth0 netns {name}
                ip -n {Prefix}-switch link set m{machine} master switch up
                ip -n {name} addr add {AddressOf(machine)}/24 dev eth0
                ip -n {name} link set eth0 up
                ip -n {name} link set lo up

                """;
        }

        var made = await RunAsync("bash", "-c", script);
        Skip.If(made.ExitCode != 0, $"no network namespaces: {made.Output}");
        return machines;
    }

    /// <summary>Runs something on a machine.</summary>
    public static Task<(int ExitCode, string Output)> OnAsync(int machine, params string[] command) =>
        RunAsync("nsenter", [$"--net={SpaceOf(machine)}", .. command]);

    /// <summary>What there is of networks of ours.</summary>
    public static string[] Traces() => [.. Directory.GetFiles("/run/netns", "swarm-*").Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync() => await RunAsync(
        "bash", "-c", $"for name in switch 1 2; do ip netns del {Prefix}-$name 2>/dev/null; done");

    private static bool IsThere(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin"
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
