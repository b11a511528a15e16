namespace Swarm.Docker;

/// <summary>Options of <see cref="DockerExecutor"/>.</summary>
public sealed class DockerExecutorOptions
{
    /// <summary>Address of the engine that the docker command uses where nobody says otherwise.</summary>
    public const string DefaultEndpoint = "unix:///var/run/docker.sock";

    /// <summary>Where the engine answers: <c>unix:///path.sock</c>, or <c>tcp://host:port</c> without TLS.</summary>
    /// <remarks>
    /// Secrets and configs reach containers as files of this machine, so that tasks which use them are rejected where
    /// the engine is on another machine.
    /// </remarks>
    /// <value>Default <see cref="DefaultEndpoint"/>.</value>
    public string Endpoint { get; set; } = DefaultEndpoint;

    /// <summary>When images are fetched.</summary>
    /// <value>Default <see cref="ImagePullPolicy.Always"/>, as Docker does.</value>
    public ImagePullPolicy PullPolicy { get; set; } = ImagePullPolicy.Always;

    /// <summary>Name of the node; empty means that of the engine's machine.</summary>
    /// <value>Default empty; hosting sets the name of its node.</value>
    public string Hostname { get; set; } = "";

    /// <summary>Labels besides those of the engine, for placement constraints on <c>engine.labels</c>.</summary>
    /// <value>Default none.</value>
    public ValueDictionary<string> EngineLabels { get; set; }

    /// <summary>Directory for what the executor has to remember.</summary>
    /// <value>Default: a directory of the user's in the system's temporary directory.</value>
    public string StateDirectory
    {
        get;

        // Tasks start elsewhere than this process, and are to find it all the same.
        set => field = Path.GetFullPath(value);
    } = Path.Combine(Path.GetTempPath(), $"swarm-docker-{Environment.UserName}");

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
    /// Stop all tasks when the executor is disposed of, as an engine does when it ends; otherwise they run on, and the
    /// next executor takes them over.
    /// </summary>
    /// <value>Default true.</value>
    public bool StopTasksOnDispose { get; set; } = true;

    /// <summary>
    /// Time between the moment when the routing mesh is told to send a task nothing more and its stop signal; only for
    /// tasks with ports in ingress mode.
    /// </summary>
    /// <value>Default: 2 s (Docker's).</value>
    public TimeSpan DrainDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Give networks the swarm's own addresses and answer the virtual addresses of services there, where that is
    /// possible: this process has <c>CAP_NET_ADMIN</c> in the network namespace of the engine, whose socket is on this
    /// machine, <c>nft</c> and <c>ip</c> are installed, and the subnet is not in use around the machine. Otherwise
    /// addresses are the engine's choice, and the name of a service leads to those of its tasks.
    /// </summary>
    /// <value>Default true.</value>
    public bool AnswerVirtualAddresses { get; set; } = true;

    /// <summary>
    /// Let the engine answer what this node's Docker API does not: containers, images, volumes, its own networks.
    /// </summary>
    /// <value>Default true. Only for the manager of a process, which is whose API it is.</value>
    public bool PassThrough { get; set; } = true;
}
