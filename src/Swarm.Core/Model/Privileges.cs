namespace Swarm;

/// <summary>Security settings of a container.</summary>
public sealed record Privileges
{
    /// <summary>Windows credential spec; null means none.</summary>
    public CredentialSpec? CredentialSpec { get; init; }

    /// <summary>SELinux labels; null means the default.</summary>
    public SELinuxContext? SELinux { get; init; }

    /// <summary>Seccomp settings; null means the default.</summary>
    public SeccompOptions? Seccomp { get; init; }

    /// <summary>AppArmor mode: empty, <c>default</c> or <c>disabled</c>.</summary>
    public string AppArmorMode { get; init; } = "";

    /// <summary>Processes cannot gain privileges.</summary>
    public bool NoNewPrivileges { get; init; }
}

/// <summary>Where a Windows credential spec comes from; exactly one is set.</summary>
/// <param name="Config">Id of a config.</param>
/// <param name="File">A file on the node.</param>
/// <param name="Registry">A registry value on the node.</param>
public sealed record CredentialSpec(string Config = "", string File = "", string Registry = "");

/// <summary>SELinux labels of a container.</summary>
/// <param name="Disable">Switch SELinux off.</param>
/// <param name="User">User label.</param>
/// <param name="Role">Role label.</param>
/// <param name="Type">Type label.</param>
/// <param name="Level">Level label.</param>
public sealed record SELinuxContext(
    bool Disable,
    string User = "",
    string Role = "",
    string Type = "",
    string Level = "");

/// <summary>Seccomp settings of a container.</summary>
/// <param name="Mode">Empty, <c>default</c>, <c>unconfined</c> or <c>custom</c>.</param>
/// <param name="Profile">The custom profile.</param>
public sealed record SeccompOptions(string Mode, ValueList<byte> Profile = default);
