namespace Swarm.Hosting.DockerApi;

internal static class ContainerSpecReader
{
    public static ContainerSpec Read(ContainerSpecDocument document) => new()
    {
        Image = document.Image ?? "",
        Labels = document.Labels.ToValues(),
        Command = document.Command.ToValues(),
        Args = document.Args.ToValues(),
        Hostname = document.Hostname ?? "",
        Environment = document.Env.ToValues(EnvironmentVariable.Parse),
        WorkingDirectory = document.Dir ?? "",
        User = document.User ?? "",
        Groups = document.Groups.ToValues(),
        Privileges = document.Privileges is null ? null : ReadPrivileges(document.Privileges),
        Init = document.Init,
        StopSignal = document.StopSignal ?? "",
        Tty = document.Tty,
        OpenStdin = document.OpenStdin,
        ReadOnly = document.ReadOnly,
        Mounts = document.Mounts.ToValues(MountReader.Read),
        StopGracePeriod = document.StopGracePeriod?.ToDuration(),
        HealthCheck = document.Healthcheck is null ? null : ReadHealthCheck(document.Healthcheck),
        Hosts = document.Hosts.ToValues(),
        Dns = document.DnsConfig is null ? null : ReadDns(document.DnsConfig),
        Secrets = document.Secrets.ToValues(ReadSecret),
        Configs = document.Configs.ToValues(ReadConfig),
        Isolation = EnumText.ReadIsolation(document.Isolation),
        Sysctls = document.Sysctls.ToValues(),
        CapabilityAdd = document.CapabilityAdd.ToValues(),
        CapabilityDrop = document.CapabilityDrop.ToValues(),
        Ulimits = document.Ulimits.ToValues(u => new Ulimit(u.Name ?? "", u.Soft, u.Hard)),
        OomScoreAdjustment = document.OomScoreAdj,
    };

    private static Privileges ReadPrivileges(PrivilegesDocument privileges) => new()
    {
        CredentialSpec = privileges.CredentialSpec is { } credentials ? ReadCredentials(credentials) : null,
        SELinux = privileges.SELinuxContext is { } selinux
            ? new SELinuxContext(
                selinux.Disable,
                selinux.User ?? "",
                selinux.Role ?? "",
                selinux.Type ?? "",
                selinux.Level ?? "")
            : null,
        Seccomp = privileges.Seccomp is { } seccomp
            ? new SeccompOptions(ReadSeccompMode(seccomp.Mode), seccomp.Profile.AsSpan().ToArray().ToValueList())
            : null,
        AppArmorMode = ReadAppArmorMode(privileges.AppArmor?.Mode),
        NoNewPrivileges = privileges.NoNewPrivileges,
    };

    private static CredentialSpec ReadCredentials(CredentialSpecDocument credentials)
    {
        string?[] sources = [credentials.Config, credentials.File, credentials.Registry];
        return sources.Count(s => !string.IsNullOrEmpty(s)) switch
        {
            0 => throw DockerApiException.BadRequest(
                "invalid CredentialSpec: must either provide \"file\", \"registry\", or \"config\" option"),
            1 => new CredentialSpec(
                credentials.Config ?? "",
                credentials.File ?? "",
                credentials.Registry ?? ""),
            _ => throw DockerApiException.BadRequest(
                "invalid CredentialSpec: cannot specify more than one of \"file\", \"registry\", "
                + "and \"config\" options"),
        };
    }

    private static string ReadSeccompMode(string? mode) => mode switch
    {
        null or "" or "default" => "default",
        "unconfined" or "custom" => mode,
        _ => throw DockerApiException.BadRequest($"unknown seccomp mode: {mode}"),
    };

    private static string ReadAppArmorMode(string? mode) => mode switch
    {
        null => "",
        "" or "default" => "default",
        "disabled" => mode,
        _ => throw DockerApiException.BadRequest($"unknown AppArmor mode: {mode}"),
    };

    private static HealthCheck ReadHealthCheck(HealthCheckDocument health) => new()
    {
        Test = health.Test.ToValues(),
        Interval = health.Interval.ToDuration(),
        Timeout = health.Timeout.ToDuration(),
        StartPeriod = health.StartPeriod.ToDuration(),
        StartInterval = health.StartInterval.ToDuration(),
        Retries = health.Retries,
    };

    private static DnsConfig ReadDns(DnsConfigDocument dns) => new()
    {
        Nameservers = dns.Nameservers.ToValues(),
        Search = dns.Search.ToValues(),
        Options = dns.Options.ToValues(),
    };

    private static SecretReference ReadSecret(SecretReferenceDocument secret) => new(
        new SecretId(secret.SecretId ?? ""),
        secret.SecretName ?? "",
        ReadTarget(secret.File));

    private static ConfigReference ReadConfig(ConfigReferenceDocument config) => new(
        new ConfigId(config.ConfigId ?? ""),
        config.ConfigName ?? "",
        ReadTarget(config.File),
        config.Runtime is not null);

    private static FileTarget? ReadTarget(FileTargetDocument? file) =>
        file is null ? null : new FileTarget(file.Name ?? "", file.Uid ?? "", file.Gid ?? "", file.Mode);
}
