using static Swarm.Compose.Schema.SchemaNode;
using static Swarm.Compose.Schema.SchemaParts;

namespace Swarm.Compose.Schema;

/// <summary>A service.</summary>
internal static class ServiceSchema
{
    public static SchemaNode Build(int v)
    {
        var fields = new Fields(v)
        {
            { "deploy", DeploySchema.Build(v) },
            { "build", Image(v) },
            { "configs", FileReferences(v), 3 },
            { "credential_spec", CredentialSpec(v), 3 },
            { "expose", ListOf(TextOrNumber with { Format = "expose" }, unique: true) },
            { "healthcheck", HealthCheck(v) },
            { "init", SchemaNode.Boolean, 7 },
            { "isolation", Text, 5 },
            { "logging", Logging(v) },
            { "networks", Networks(v) },
            { "pid", OfType("string", "null") },
            { "ports", Ports(v) },
            { "secrets", FileReferences(v), 1 },
            { "shm_size", OfType("number", "string") },
            { "stop_grace_period", Duration },
            { "ulimits", Ulimits(v) },
            { "oom_score_adj", Integer, 13 },
            { "volumes", MountSchema.Build(v) },
            { "cgroupns_mode", Text, 9 },
        };
        Add(fields, Command, "command", "entrypoint");
        Add(fields, TextOrList, "dns", "dns_search", "env_file", "tmpfs");
        Add(fields, ListOrMapping, "environment", "extra_hosts", "labels", "sysctls");
        Add(fields, UniqueTexts, "cap_add", "cap_drop", "depends_on", "devices", "external_links", "links",
            "security_opt");
        Add(fields, SchemaNode.Boolean, "privileged", "read_only", "stdin_open", "tty");
        Add(
            fields,
            Text,
            "cgroup_parent", "container_name", "domainname", "hostname", "image", "ipc", "mac_address", "network_mode",
            "restart", "stop_signal", "user", "userns_mode", "working_dir");
        return Closed(fields) with { Patterns = Extensions(v, since: 7) };
    }

    private static void Add(Fields fields, SchemaNode schema, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            fields.Add(name, schema);
        }
    }

    private static SchemaNode Image(int v) => Either(
        Text,
        Closed(new Fields(v)
        {
            { "context", Text },
            { "dockerfile", Text },
            { "args", ListOrMapping },
            { "labels", ListOrMapping, 3 },
            { "cache_from", UniqueTexts, 2 },
            { "network", Text, 4 },
            { "target", Text, 4 },
            { "shm_size", OfType("integer", "string"), 5 },
            { "extra_hosts", ListOrMapping, 9 },
        }) with
        { IsOpen = v >= 11 });

    private static SchemaNode CredentialSpec(int v) => Closed(new Fields(v)
    {
        { "config", Text, 8 },
        { "file", Text },
        { "registry", Text },
    });

    private static SchemaNode FileReferences(int v) => ListOf(Either(
        Text,
        Open(new Fields(v)
        {
            { "source", Text },
            { "target", Text },
            { "uid", Text },
            { "gid", Text },
            { "mode", Number },
        })));

    private static SchemaNode HealthCheck(int v)
    {
        var duration = v >= 4 ? Duration : Text;
        return Closed(new Fields(v)
        {
            { "disable", SchemaNode.Boolean },
            { "interval", duration },
            { "retries", Number },
            { "test", Command },
            { "timeout", duration },
            { "start_period", Duration, 4 },
            { "start_interval", Duration, 12 },
        });
    }

    private static SchemaNode Logging(int v) => Closed(new Fields(v)
    {
        { "driver", Text },
        { "options", OptionsOf(OfType("string", "number", "null")) },
    });

    private static SchemaNode Networks(int v) => Either(
        UniqueTexts,
        new SchemaNode
        {
            Types = ["object"],
            Patterns = [new(IsName, Either(Attachment(v), OfType("null")))],
            IsOpen = false,
        });

    private static SchemaNode Attachment(int v) => Closed(new Fields(v)
    {
        { "aliases", UniqueTexts },
        { "driver_opts", DriverOptions, 13 },
        { "ipv4_address", Text },
        { "ipv6_address", Text },
    });

    private static SchemaNode Ports(int v) => ListOf(
        v < 2
            ? TextOrNumber with { Format = "ports" }
            : Either(
                Number with { Format = "ports" },
                Text with { Format = "ports" },
                Closed(new Fields(v)
                {
                    { "mode", Text },
                    { "target", Integer },
                    { "published", Integer },
                    { "protocol", Text },
                })),
        unique: true);

    private static SchemaNode Ulimits(int v) => new()
    {
        Types = ["object"],
        Patterns =
        [
            new(IsLowerCaseWord, Either(
                Integer,
                Closed(new Fields(v) { { "hard", Integer }, { "soft", Integer } }) with { Required =
                    ["soft", "hard"] })),
        ],
    };
}
