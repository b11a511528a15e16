namespace Swarm.Execution.Processes;

/// <summary>Holds a new process back until it sits in its cgroup and has its limits.</summary>
/// <remarks>
/// A process that ran before it was moved could fork children that stay outside. .NET cannot fork, and
/// <c>posix_spawn</c> can neither stop before the program runs nor (before glibc 2.39) enter a cgroup. So the first
/// program is a shell that waits for a line on a descriptor of its own and then becomes the task; when the host dies in
/// between, the line never comes and the shell ends. The task's command is passed as arguments, never as shell text.
/// </remarks>
internal static class LaunchGate
{
    /// <summary>Where the shell reads its line.</summary>
    internal const int Descriptor = 3;

    private const string Shell = "/bin/sh";
    private const string Script = "read -r _ <&3 && exec \"$@\" 3<&-";

    // Shells export these on their own.
    private static readonly string[] ExportedByShells = ["PWD", "OLDPWD", "SHLVL", "_"];

    // Variables that shells interpret, reset or refuse to carry; they reach the task as arguments to env.
    private static readonly HashSet<string> NotCarried = new(
        [
            .. ExportedByShells, "IFS", "PPID", "OPTIND", "OPTARG", "OPTERR", "LINENO", "PS1", "PS2", "PS3", "PS4",
            "MAIL", "MAILPATH", "MAILCHECK", "ENV", "BASH", "BASHOPTS", "SHELLOPTS", "POSIXLY_CORRECT", "UID", "EUID",
            "RANDOM", "SECONDS", "SHELL", "TERM", "CDPATH", "HISTFILE", "HISTSIZE", "FCEDIT", "COLUMNS", "LINES",
        ],
        StringComparer.Ordinal);

    /// <summary>Whether the system has the programs that the gate is made of.</summary>
    internal static bool IsAvailable { get; } = File.Exists(Shell) && EnvProgram is not null;

    private static string? EnvProgram => Array.Find(["/usr/bin/env", "/bin/env"], File.Exists);

    /// <summary>Whether a request needs the gate.</summary>
    internal static bool IsNeeded(LaunchRequest request) =>
        request.Group.Cgroup is not null
        || !request.Ulimits.IsEmpty
        || !request.Mounts.IsEmpty
        || request.OomScore != 0;

    /// <summary>The request with the gate in front.</summary>
    internal static LaunchRequest Wrap(LaunchRequest request)
    {
        var carried = request.Environment.ToLookup(IsCarried);
        var hasMounts = !request.Mounts.IsEmpty;
        var arguments = new List<string>(hasMounts ? MountNamespace.Prefix(request.Mounts) : ["sh", "-c", Script, "sh"])
        {
            EnvProgram!,
        };
        foreach (var name in ExportedByShells)
        {
            arguments.AddRange(["-u", name]);
        }

        arguments.Add("--");
        arguments.AddRange(carried[false].Select(variable => variable.ToString()));
        arguments.Add(request.Executable);
        arguments.AddRange(request.Arguments.Skip(1));
        return request with
        {
            Executable = hasMounts ? MountNamespace.Program : Shell,
            Arguments = arguments.ToValueList(),
            Environment = carried[true].ToValueList(),
        };
    }

    private static bool IsCarried(EnvironmentVariable variable) =>
        !NotCarried.Contains(variable.Name)
        && !variable.Name.StartsWith("BASH_", StringComparison.Ordinal)
        && !char.IsAsciiDigit(variable.Name[0])
        && variable.Name.All(character => character == '_' || char.IsAsciiLetterOrDigit(character));
}
