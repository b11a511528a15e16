using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Swarm.Execution.Processes;

/// <summary>A file or directory that a task sees at another path, read-only.</summary>
internal readonly record struct BindMount(string Source, string Target);

/// <summary>
/// Gives a task a view of the file system of its own, so that its secrets are at <c>/run/secrets</c> and its configs at
/// their targets without anybody else seeing them there.
/// </summary>
/// <remarks>Needs root, <c>unshare</c> and <c>mount</c> of util-linux, and a system that lets root use them.</remarks>
internal sealed class MountNamespace(ProcessExecutorOptions options, EventLoop loop, ILogger logger)
{
    /// <summary>Where Docker puts secrets.</summary>
    internal const string SecretsTarget = "/run/secrets";

    /// <summary>Where programs read which name server to ask.</summary>
    internal const string ResolverTarget = "/etc/resolv.conf";

    /// <summary>Exit code of a task whose mounts could not be made.</summary>
    private const int MountFailedCode = 125;

    private static readonly ImmutableArray<string> Folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    private Task<bool>? _works;

    private static string? Unshare { get; } = Find("unshare");

    private static string? Mount { get; } = Find("mount");

    // Arguments: pairs of source and target, --, and the command.
    private static string Script =>
        "read -r _ <&3 || exit 1; while [ \"$1\" != -- ]; do "
        + $"{Mount} -n --bind -o ro,nosuid,nodev \"$1\" \"$2\" || exit {MountFailedCode}; shift 2; done; "
        + "shift; exec \"$@\" 3<&-";

    /// <summary>Whether tasks can have one; tried once.</summary>
    internal Task<bool> WorksAsync() => _works ??= TryAsync();

    /// <summary>
    /// What to mount for a task: its secrets at <c>/run/secrets</c>, and files over targets that exist. A target that
    /// does not exist cannot be made without leaving something behind on the machine.
    /// </summary>
    internal static ValueList<BindMount> MountsFor(string directory, TaskFileSet files)
    {
        var mounts = new List<BindMount>();
        if (files.Secrets.Any(file => file.Target is null) && MakeSecretsTarget())
        {
            mounts.Add(new(TaskFileStore.SecretsIn(directory), SecretsTarget));
        }

        Add(TaskFileStore.SecretsIn(directory), files.Secrets);
        Add(TaskFileStore.ConfigsIn(directory), files.Configs);
        return mounts.ToValueList();

        void Add(string folder, ValueList<TaskFile> list) => mounts.AddRange(list
            .Where(file => file.Target is not null && File.Exists(file.Target))
            .Select(file => new BindMount(Path.Combine(folder, file.Path), file.Target!)));
    }

    /// <summary>The start of a command line that makes the mounts; the command follows.</summary>
    internal static IEnumerable<string> Prefix(ValueList<BindMount> mounts) =>
    [
        "unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", Script, "sh",
        .. mounts.SelectMany(mount => (string[])[mount.Source, mount.Target]),
        "--",
    ];

    /// <summary>The program that the command line begins with.</summary>
    internal static string Program => Unshare!;

    private async Task<bool> TryAsync()
    {
        if (!options.UseMountNamespaces
            || Libc.EffectiveUserId() != 0
            || Unshare is null
            || Mount is null
            || !LaunchGate.IsAvailable)
        {
            return false;
        }

        try
        {
            var process = ProcessLauncher.Launch(Trial(), loop);
            var exitCode = await process.Exited;
            process.CloseOutput();
            if (exitCode != 0)
            {
                ExecutorLog.NoMountNamespace(logger, $"exit code {exitCode}");
            }

            return exitCode == 0;
        }
        catch (Exception exception) when (exception is LaunchException or IOException)
        {
            ExecutorLog.NoMountNamespace(logger, exception.Message);
            return false;
        }
    }

    private static LaunchRequest Trial() => new()
    {
        Executable = "/bin/sh",
        Arguments = ["sh", "-c", ":"],
        Environment = [],
        WorkingDirectory = "/",
        Group = new("SWARM_TRIAL=1", cgroup: null),
        Mounts = [new("/etc", "/etc")],
        Output = (_, _) => { },
    };

    private static bool MakeSecretsTarget()
    {
        try
        {
            Directory.CreateDirectory(SecretsTarget);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Busybox has programs of these names that know fewer options.
    private static string? Find(string program) => Folders
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(file => File.Exists(file)
            && File.ResolveLinkTarget(file, returnFinalTarget: true)?.Name is not "busybox");
}
