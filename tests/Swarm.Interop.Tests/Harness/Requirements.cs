namespace Swarm.Interop.Tests.Harness;

/// <summary>What this machine lacks for real peers.</summary>
internal static class Requirements
{
    private static readonly (string Command, string Package)[] Commands =
    [
        ("dockerd", "docker.io"), ("docker", "docker.io"), ("containerd", "containerd"), ("runc", "runc"),
        ("ip", "iproute2"), ("iptables", "iptables"), ("busybox", "busybox-static"),
        ("nsenter", "util-linux"), ("unshare", "util-linux"), ("bash", "bash"),
    ];

    private static readonly Task<string?> Missing = FindAsync();

    /// <summary>Why tests with real peers cannot run here; null when they can.</summary>
    public static Task<string?> MissingAsync() => Missing;

    /// <summary>Skips the calling test with the reason where it cannot run.</summary>
    public static async Task OrSkipAsync()
    {
        var missing = await MissingAsync();
        Skip.If(missing is not null, missing);
    }

    private static async Task<string?> FindAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "real Docker Engines in network namespaces need Linux and root";
        }

        foreach (var (command, package) in Commands)
        {
            if (Shell.Find(command) is null)
            {
                return $"{command} is not installed (Debian: {package})";
            }
        }

        if (!TestImage.IsStatic(Shell.Find("busybox")!))
        {
            return "busybox is not linked statically, so it cannot be a container image (Debian: busybox-static)";
        }

        var isolated = await Shell.RunAsync("unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--mount-proc", "true");
        return isolated.ExitCode == 0 ? null : $"namespaces are not permitted here: {isolated.Error.Trim()}";
    }
}
