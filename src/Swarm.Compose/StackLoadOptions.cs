namespace Swarm.Compose;

/// <summary>How stack files are read.</summary>
public sealed class StackLoadOptions
{
    /// <summary>Variables that files may refer to; also where <c>env_file</c> and <c>environment</c> look for values.</summary>
    /// <value>None. The environment of the process is only used when it is passed here.</value>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>Directory to which relative paths in the files are relative.</summary>
    /// <value>Null: the directory of the first file; for text without a file, the current directory.</value>
    public string? WorkingDirectory { get; set; }

    /// <summary>What is understood.</summary>
    /// <value><see cref="StackMode.Strict"/>.</value>
    public StackMode Mode { get; set; }

    /// <summary>Leaves variables as they are.</summary>
    /// <value>False.</value>
    public bool SkipInterpolation { get; set; }

    /// <summary>
    /// Refuses <c>env_file</c> and files of secrets and configs outside of the working directory, links followed. Set
    /// it
    /// for stack files of others.
    /// </summary>
    /// <value>False: any file that the process can read, as with Docker.</value>
    public bool ConfineFiles { get; set; }

    /// <summary>What files may cost.</summary>
    /// <value><see cref="StackLimits.Default"/>.</value>
    public StackLimits Limits { get; set; } = StackLimits.Default;
}
