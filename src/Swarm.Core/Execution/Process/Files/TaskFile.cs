using System.Security.Cryptography;

namespace Swarm.Execution.Processes;

/// <summary>A secret or config as a task gets it.</summary>
/// <param name="Path">Its path below the task's directory of secrets or configs, without a leading slash.</param>
/// <param name="Target">The absolute path that the spec gives it; null for a secret named by a plain name.</param>
/// <param name="Content">What it contains, templates filled in; a copy of its own.</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="Mode">Permissions.</param>
internal sealed record TaskFile(
    string Path,
    string? Target,
    byte[] Content,
    uint UserId,
    uint GroupId,
    UnixFileMode Mode)
{
    /// <summary>Its path only; content never reaches a log through this.</summary>
    /// <returns>A description without content.</returns>
    public override string ToString() => $"TaskFile {{ {Path}, {Content.Length} bytes }}";
}

/// <summary>All files of a task.</summary>
internal sealed record TaskFileSet(ValueList<TaskFile> Secrets, ValueList<TaskFile> Configs)
{
    /// <summary>Overwrites all content.</summary>
    internal void Clear()
    {
        foreach (var file in Secrets.Concat(Configs))
        {
            CryptographicOperations.ZeroMemory(file.Content);
        }
    }

    internal bool IsEmpty => Secrets.IsEmpty && Configs.IsEmpty;
}
