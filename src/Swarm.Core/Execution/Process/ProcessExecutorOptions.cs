namespace Swarm.Execution;

/// <summary>Options of <see cref="ProcessExecutor"/>.</summary>
public sealed class ProcessExecutorOptions
{
    /// <summary>Name of the node.</summary>
    /// <value>Default: the machine's name.</value>
    public string Hostname { get; set; } = Environment.MachineName;

    /// <summary>Labels of the engine, for placement constraints on <c>engine.labels</c>.</summary>
    /// <value>Default none.</value>
    public ValueDictionary<string> EngineLabels { get; set; }

    /// <summary>User-defined resources of the node.</summary>
    /// <value>Default none.</value>
    public ValueList<GenericResource> GenericResources { get; set; }

    /// <summary>The images that tasks may name besides <c>host</c>.</summary>
    public ProcessImages Images { get; } = new();

    /// <summary>Treat image names that nobody registered like <c>host</c>.</summary>
    /// <value>Default false: such tasks are rejected with <c>No such image: X</c>.</value>
    public bool AnyImage { get; set; }

    /// <summary>Directory for logs and the tasks' own working directories.</summary>
    /// <value>Default: a directory of the user's in the system's temporary directory.</value>
    public string StateDirectory
    {
        get;

        // Tasks start elsewhere than this process, and are to find it all the same.
        set => field = Path.GetFullPath(value);
    } = Path.Combine(Path.GetTempPath(), $"swarm-tasks-{Environment.UserName}");

    /// <summary>Directory for the secrets and configs of running tasks; nothing else may use it.</summary>
    /// <value>
    /// Default null: a directory of this node's own below <c>/dev/shm</c> where that is in memory, otherwise one below
    /// <see cref="StateDirectory"/>, with a warning.
    /// </value>
    public string? SecretsDirectory
    {
        get;
        set => field = value is null ? null : Path.GetFullPath(value);
    }

    /// <summary>
    /// Give tasks with secrets or configs a view of the file system of their own where this process is privileged:
    /// their
    /// secrets are at <c>/run/secrets</c> then, and configs at targets that exist.
    /// </summary>
    /// <value>Default true. <c>SWARM_SECRETS_DIR</c> and <c>SWARM_CONFIGS_DIR</c> name their directories anyway.</value>
    public bool UseMountNamespaces { get; set; } = true;

    /// <summary>Size at which a task's log file is closed and the next is begun, in bytes.</summary>
    /// <value>Default 10 MB; at least 64 KiB.</value>
    public long LogFileBytes { get; set; } = 10_000_000;

    /// <summary>Log files kept per task; the oldest are removed.</summary>
    /// <value>Default 2.</value>
    public int LogFiles { get; set; } = 2;

    /// <summary>Use cgroups where they can be written.</summary>
    /// <value>Default true. Without them limits are ignored, and a task's processes are found by other means.</value>
    public bool UseCgroups { get; set; } = true;

    /// <summary>
    /// Kill all tasks when the executor is disposed of; otherwise they run on, and the next executor of the same
    /// <see cref="StateDirectory"/> takes them over.
    /// </summary>
    /// <value>Default true.</value>
    public bool StopTasksOnDispose { get; set; } = true;

    /// <summary>
    /// Time between the moment when the routing mesh is told to send a task nothing more and its stop signal; only for
    /// tasks with ports in ingress mode.
    /// </summary>
    /// <value>Default: 2 s (Docker's).</value>
    public TimeSpan DrainDelay { get; set; } = TimeSpan.FromSeconds(2);
}
