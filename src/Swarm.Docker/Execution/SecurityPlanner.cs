using System.Text;

namespace Swarm.Docker.Execution;

/// <summary>Privileges of a task as the engine's security options.</summary>
internal static class SecurityPlanner
{
    internal static string[]? Plan(Privileges? privileges)
    {
        if (privileges is null)
        {
            return null;
        }

        string[] options =
        [
            .. Credentials(privileges.CredentialSpec),
            .. Labels(privileges.SELinux),
            .. Seccomp(privileges.Seccomp),
            .. privileges.AppArmorMode == "disabled" ? (string[])["apparmor=unconfined"] : [],
            .. privileges.NoNewPrivileges ? (string[])["no-new-privileges=true"] : [],
        ];
        return options.Length == 0 ? null : options;
    }

    private static string[] Credentials(CredentialSpec? spec) => spec switch
    {
        { Config.Length: > 0 } => [$"credentialspec=config://{spec.Config}"],
        { File.Length: > 0 } => [$"credentialspec=file://{spec.File}"],
        { Registry.Length: > 0 } => [$"credentialspec=registry://{spec.Registry}"],
        _ => [],
    };

    private static string[] Labels(SELinuxContext? context)
    {
        if (context is null)
        {
            return [];
        }

        if (context.Disable)
        {
            return ["label=disable"];
        }

        (string Key, string Value)[] labels =
            [("user", context.User), ("role", context.Role), ("type", context.Type), ("level", context.Level)];
        return [.. labels.Where(label => label.Value.Length > 0).Select(label => $"label={label.Key}:{label.Value}")];
    }

    private static string[] Seccomp(SeccompOptions? seccomp) => seccomp?.Mode switch
    {
        "unconfined" => ["seccomp=unconfined"],
        "custom" => [$"seccomp={Encoding.UTF8.GetString(seccomp.Profile.AsSpan())}"],
        _ => [],
    };
}
