using static Swarm.Compose.Shapes.StackShapes;

namespace Swarm.Compose.Shapes;

/// <summary>A service.</summary>
internal static class ServiceShape
{
    public static readonly Shape FileReference = KeyedRecord(
        "source",
        Field("source", "Source", Text),
        Field("target", "Target", Text),
        Field("uid", "UID", Text),
        Field("gid", "GID", Text),
        Field("mode", "Mode", new Shape(ShapeKind.Unsigned32).Optional)) with
    { ShortForm = ShortForm.FileReference };

    public static readonly Shape Port = KeyedRecord(
        "published",
        Field("mode", "Mode", Text),
        Field("target", "Target", new Shape(ShapeKind.Unsigned32)),
        Field("published", "Published", new Shape(ShapeKind.Unsigned32)),
        Field("protocol", "Protocol", Text));

    public static readonly Shape Network = RecordOf(
        Field("aliases", "Aliases", Texts),
        Field("driver_opts", Options),
        Field("ipv4_address", Text),
        Field("ipv6_address", Text)).Optional with
    { Merge = MergeRule.ServiceNetwork };

    private static readonly Shape FileReferences = ListOf(FileReference) with { Merge = MergeRule.Keyed };

    private static readonly Shape Build = RecordOf(
        Field("context", "Context", Text),
        Field("dockerfile", "Dockerfile", Text),
        Field("args", "Args", Variables),
        Field("labels", "Labels", Mapping),
        Field("cache_from", TextOrTexts),
        Field("extra_hosts", Hosts),
        Field("network", "Network", Text),
        Field("target", "Target", Text)) with
    { ShortForm = ShortForm.BuildContext };

    private static readonly Shape CredentialSpec = RecordOf(
        Field("config", "Config", Text),
        Field("file", "File", Text),
        Field("registry", "Registry", Text));

    private static readonly Shape HealthCheck = RecordOf(
        Field("test", "Test", Texts with { ShortForm = ShortForm.HealthCheckTest }),
        Field("timeout", "Timeout", Duration.Optional),
        Field("interval", "Interval", Duration.Optional),
        Field("retries", "Retries", Count),
        Field("start_period", Duration.Optional),
        Field("start_interval", Duration.Optional),
        Field("disable", "Disable", StackShapes.Boolean));

    private static readonly Shape Logging = RecordOf(
        Field("driver", "Driver", Text),
        Field("options", "Options", Options)) with
    { Merge = MergeRule.Logging };

    private static readonly Shape Ulimit = RecordOf(
        Field("single", "Single", Integer),
        Field("soft", "Soft", Integer),
        Field("hard", "Hard", Integer)).Optional with
    { ShortForm = ShortForm.Ulimit, Merge = MergeRule.Replace };

    public static readonly RecordShape Record = new(
        Field("build", "Build", Build),
        Field("cap_add", Texts),
        Field("cap_drop", Texts),
        Field("cgroupns_mode", Text),
        Field("cgroup_parent", Text),
        Field("command", "Command", Command),
        Field("configs", "Configs", FileReferences),
        Field("container_name", Text),
        Field("credential_spec", CredentialSpec),
        Field("depends_on", Texts),
        Field("deploy", "Deploy", DeployShape.Shape),
        Field("devices", "Devices", Texts),
        Field("dns", "DNS", TextOrTexts),
        Field("dns_search", TextOrTexts),
        Field("domainname", Text),
        Field("entrypoint", "Entrypoint", Command),
        Field("environment", "Environment", Variables),
        Field("env_file", TextOrTexts),
        Field("expose", "Expose", Texts with { ShortForm = ShortForm.PrintedList }),
        Field("external_links", Texts),
        Field("extra_hosts", Hosts),
        Field("hostname", "Hostname", Text),
        Field("healthcheck", "HealthCheck", HealthCheck.Optional),
        Field("image", "Image", Text),
        Field("init", "Init", StackShapes.Boolean.Optional),
        Field("ipc", "Ipc", Text),
        Field("isolation", Text),
        Field("labels", "Labels", Mapping),
        Field("links", "Links", Texts),
        Field("logging", "Logging", Logging.Optional),
        Field("mac_address", Text),
        Field("network_mode", Text),
        Field("networks", "Networks", MapOf(Network) with { ShortForm = ShortForm.Networks }),
        Field("pid", "Pid", Text),
        Field("ports", "Ports", ListOf(Port) with { ShortForm = ShortForm.Ports, Merge = MergeRule.Keyed }),
        Field("privileged", "Privileged", StackShapes.Boolean),
        Field("read_only", StackShapes.Boolean),
        Field("restart", "Restart", Text),
        Field("secrets", "Secrets", FileReferences),
        Field("security_opt", Texts),
        Field("shm_size", Text),
        Field("stdin_open", StackShapes.Boolean),
        Field("stop_grace_period", Duration.Optional),
        Field("stop_signal", Text),
        Field("sysctls", "Sysctls", Mapping),
        Field("tmpfs", "Tmpfs", TextOrTexts),
        Field("tty", StackShapes.Boolean),
        Field("ulimits", "Ulimits", MapOf(Ulimit)),
        Field("user", "User", Text),
        Field("userns_mode", Text),
        Field("volumes", "Volumes", ListOf(MountShape.Shape) with { Merge = MergeRule.Keyed }),
        Field("working_dir", Text))
    {
        HasExtensions = true,
    };

    private static Shape KeyedRecord(string key, params ReadOnlySpan<FieldShape> fields) =>
        RecordOf(new RecordShape(fields) { KeyField = key });
}
