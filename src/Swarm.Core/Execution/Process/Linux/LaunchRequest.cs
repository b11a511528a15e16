namespace Swarm.Execution.Processes;

/// <summary>Takes output as it comes; called on the event loop's thread.</summary>
internal delegate void OutputSink(LogStream stream, ReadOnlySpan<byte> data);

/// <summary>A process to start.</summary>
internal sealed record LaunchRequest
{
    /// <summary>Absolute path of the executable.</summary>
    public required string Executable { get; init; }

    /// <summary>Arguments, the program's name first.</summary>
    public required ValueList<string> Arguments { get; init; }

    /// <summary>The whole environment; values are not null.</summary>
    public required ValueList<EnvironmentVariable> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Who it runs as; null means as this process does.</summary>
    public UserAccount? User { get; init; }

    public bool NoNewPrivileges { get; init; }

    /// <summary>Its capabilities, as setpriv takes them; empty means those of this process.</summary>
    public string Capabilities { get; init; } = "";

    /// <summary>What the kernel adds to its score when memory runs out.</summary>
    public int OomScore { get; init; }

    public ValueList<Ulimit> Ulimits { get; init; }

    /// <summary>What it sees at other paths; needs <see cref="MountNamespace"/>.</summary>
    public ValueList<BindMount> Mounts { get; init; }

    /// <summary>Path of the network namespace that it starts in; empty for this process's.</summary>
    public string NetworkNamespace { get; init; } = "";

    public required ProcessGroup Group { get; init; }

    public required OutputSink Output { get; init; }

    /// <summary>Directory of the pipes for its output; null means pipes that nobody else can take over.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Whether there is an input that can be written to; otherwise it reads an empty one.</summary>
    public bool HasInput { get; init; }

    /// <summary>Give it a terminal, which is its controlling one; null means pipes.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>Whether what it started may outlive it, until its whole group is killed.</summary>
    public bool LeavesDescendants { get; init; }
}
