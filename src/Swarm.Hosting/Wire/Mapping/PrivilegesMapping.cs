namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Security settings of containers.</summary>
internal static class PrivilegesMapping
{
    public static Protos.Privileges? ToWire(this Privileges? privileges) => privileges is null
        ? null
        : new()
        {
            CredentialSpec = privileges.CredentialSpec.ToWire(),
            SelinuxContext = privileges.SELinux is not { } selinux
                ? null
                : new()
                {
                    Disable = selinux.Disable,
                    User = selinux.User,
                    Role = selinux.Role,
                    Type = selinux.Type,
                    Level = selinux.Level,
                },
            Seccomp = privileges.Seccomp is not { } seccomp
                ? null
                : new()
                {
                    Mode = (Protos.Privileges.Types.SeccompOpts.Types.SeccompMode)WireText.Seccomp.Write(seccomp.Mode),
                    Profile = seccomp.Profile.ToWire(),
                },
            Apparmor = privileges.AppArmorMode.Length == 0 ? null : ToAppArmor(privileges.AppArmorMode),
            NoNewPrivileges = privileges.NoNewPrivileges,
        };

    public static Privileges? ToRecord(this Protos.Privileges? wire) => wire is null
        ? null
        : new()
        {
            CredentialSpec = wire.CredentialSpec is { } credentials
                ? new(credentials.Config, credentials.File, credentials.Registry)
                : null,
            SELinux = wire.SelinuxContext is { } selinux
                ? new(selinux.Disable, selinux.User, selinux.Role, selinux.Type, selinux.Level)
                : null,
            Seccomp = wire.Seccomp is { } seccomp
                ? new(WireText.Seccomp.Read((int)seccomp.Mode), seccomp.Profile.ToBytes())
                : null,
            AppArmorMode = wire.Apparmor is { } appArmor ? WireText.AppArmor.Read((int)appArmor.Mode) : "",
            NoNewPrivileges = wire.NoNewPrivileges,
        };

    private static Protos.Privileges.Types.AppArmorOpts ToAppArmor(string mode) => new()
    {
        Mode = (Protos.Privileges.Types.AppArmorOpts.Types.AppArmorMode)WireText.AppArmor.Write(mode),
    };

    private static Protos.Privileges.Types.CredentialSpec? ToWire(this CredentialSpec? spec) => spec switch
    {
        null => null,
        { Config.Length: > 0 } => new() { Config = spec.Config },
        { File.Length: > 0 } => new() { File = spec.File },
        { Registry.Length: > 0 } => new() { Registry = spec.Registry },
        _ => new(),
    };
}
