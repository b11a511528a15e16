namespace Swarm;

/// <summary>A container or, with the process executor, an operating system process.</summary>
public sealed record ContainerSpec : Workload
{
    /// <summary>The grace period that applies when a spec names none: 10 s (Docker's default).</summary>
    public static readonly TimeSpan DefaultStopGracePeriod = TimeSpan.FromSeconds(10);

    /// <summary>Image reference; the process executor knows <c>host</c> and the names registered with it.</summary>
    public string Image { get; init; } = "";

    /// <summary>Labels of the container.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>The command; empty means the image's.</summary>
    public ValueList<string> Command { get; init; }

    /// <summary>Arguments to the command.</summary>
    public ValueList<string> Args { get; init; }

    /// <summary>Host name of the container; may be a template.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Environment; values may be templates.</summary>
    public ValueList<EnvironmentVariable> Environment { get; init; }

    /// <summary>Working directory; empty means the image's.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>User, as name or id, optionally with a group after a colon; empty means the image's.</summary>
    public string User { get; init; } = "";

    /// <summary>Additional groups.</summary>
    public ValueList<string> Groups { get; init; }

    /// <summary>Security settings; null means the executor's defaults.</summary>
    public Privileges? Privileges { get; init; }

    /// <summary>Run an init process as process 1; null means the executor's default.</summary>
    public bool? Init { get; init; }

    /// <summary>Signal that asks the process to stop, such as <c>SIGTERM</c>; empty means the image's.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>Give the process a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Keep standard input open.</summary>
    public bool OpenStdin { get; init; }

    /// <summary>Mount the root file system read-only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Mounts.</summary>
    public ValueList<Mount> Mounts { get; init; }

    /// <summary>Time between the stop signal and the kill; null means <see cref="DefaultStopGracePeriod"/>.</summary>
    public TimeSpan? StopGracePeriod { get; init; }

    /// <summary>Health check; null means the image's.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>Lines for the hosts file, as <c>address name</c>.</summary>
    public ValueList<string> Hosts { get; init; }

    /// <summary>Name resolution settings; null means the executor's.</summary>
    public DnsConfig? Dns { get; init; }

    /// <summary>Secrets the task gets as files.</summary>
    public ValueList<SecretReference> Secrets { get; init; }

    /// <summary>Configs the task gets as files.</summary>
    public ValueList<ConfigReference> Configs { get; init; }

    /// <summary>Isolation technology; only Windows knows more than the default.</summary>
    public Isolation Isolation { get; init; }

    /// <summary>Kernel parameters of the container.</summary>
    public ValueDictionary<string> Sysctls { get; init; }

    /// <summary>Capabilities added to the default set.</summary>
    public ValueList<string> CapabilityAdd { get; init; }

    /// <summary>Capabilities taken from the default set.</summary>
    public ValueList<string> CapabilityDrop { get; init; }

    /// <summary>Resource limits of the process.</summary>
    public ValueList<Ulimit> Ulimits { get; init; }

    /// <summary>Score adjustment for the kernel's out-of-memory killer.</summary>
    public long OomScoreAdjustment { get; init; }

    /// <summary>Credentials for the image registry; never shown by reads.</summary>
    public string RegistryAuth { get; init; } = "";
}
