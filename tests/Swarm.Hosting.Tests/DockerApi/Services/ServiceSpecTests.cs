using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi.Services;

public class ServiceSpecTests
{
    public static TheoryData<string> Recorded(string name) =>
        new(RecordedDocuments.Read(name).Select(d => d.ToJsonString()));

    [Theory]
    [MemberData(nameof(Recorded), "service-specs")]
    public void A_stored_spec_reads_and_writes_as_the_same_document(string json) =>
        JsonAssert.Same(JsonNode.Parse(json)!, JsonNode.Parse(Write(Read(json))));

    [Theory]
    [MemberData(nameof(Recorded), "service-requests")]
    public void A_sent_spec_is_stored_with_isolation_runtime_and_the_names_of_default_values(string json)
    {
        var expected = JsonNode.Parse(json)!.AsObject();
        var task = expected["TaskTemplate"]!;
        Default(expected, "Labels", new JsonObject());
        Default(expected, "Mode", new JsonObject { ["Replicated"] = new JsonObject() });
        Default(expected["Mode"]!["Replicated"], "Replicas", 1);
        Default(expected["EndpointSpec"], "Mode", "vip");
        Default(expected["RollbackConfig"], "FailureAction", "pause");
        Default(expected["RollbackConfig"], "Order", "stop-first");
        Default(task, "Runtime", "container");
        Default(task["RestartPolicy"], "MaxAttempts", 0);
        Default(task["ContainerSpec"], "Isolation", "default");
        (task["ContainerSpec"]!["Privileges"] as JsonObject)?.Remove("NoNewPrivileges");

        JsonAssert.Same(expected, JsonNode.Parse(Write(Read(json))));
    }

    [Fact]
    public void Every_field_survives_the_round_trip()
    {
        const string json = """
            {"Name":"full","Labels":{"a":"","b":"2"},"TaskTemplate":{"ContainerSpec":{"Image":"i:1","Labels":{"x":"y"},
            "Command":["c"],"Args":["a","b"],"Hostname":"h","Env":["A=1","B","C="],"Dir":"/d","User":"u","Groups":["g"],
            "Privileges":{"CredentialSpec":{"Config":"c1","File":"","Registry":""},
            "SELinuxContext":{"Disable":true,"User":"u","Role":"r","Type":"t","Level":"l"},
            "Seccomp":{"Mode":"custom","Profile":"e30="},"AppArmor":{"Mode":"disabled"},"NoNewPrivileges":true},
            "Init":true,"StopSignal":"SIGINT","TTY":true,"OpenStdin":true,"ReadOnly":true,
            "Mounts":[{"Type":"bind","Source":"/s","Target":"/t","ReadOnly":true,"Consistency":"cached",
            "BindOptions":{"Propagation":"rslave","NonRecursive":true,"CreateMountpoint":true,
            "ReadOnlyNonRecursive":true,"ReadOnlyForceRecursive":true}},
            {"Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"NoCopy":true,"Labels":{"k":"v"},"Subpath":"p",
            "DriverConfig":{"Name":"d","Options":{"o":"1"}}}},
            {"Type":"tmpfs","Target":"/m","TmpfsOptions":{"SizeBytes":5,"Mode":448,"Options":[["noexec"],["uid","1"]]}},
            {"Type":"npipe","Source":"p","Target":"/p"},{"Type":"cluster","Source":"c","Target":"/c"}],
            "StopGracePeriod":1500000000,
            "Healthcheck":{"Test":["CMD","x"],"Interval":100,"Timeout":2000000,"StartPeriod":3000000,
            "StartInterval":4000000,"Retries":3},
            "Hosts":["1.2.3.4 h"],"DNSConfig":{"Nameservers":["8.8.8.8"],"Search":["s"],"Options":["o"]},
            "Secrets":[{"File":{"Name":"f","UID":"1","GID":"2","Mode":256},"SecretID":"si","SecretName":"sn"},
            {"File":null,"SecretID":"s2","SecretName":"n2"}],
            "Configs":[{"File":{"Name":"f","UID":"0","GID":"0","Mode":292},"ConfigID":"ci","ConfigName":"cn"},
            {"Runtime":{},"ConfigID":"c1","ConfigName":"c1n"}],"Isolation":"hyperv","Sysctls":{"net.x":"1"},
            "CapabilityAdd":["CAP_A"],"CapabilityDrop":["CAP_B"],"Ulimits":[{"Name":"nofile","Hard":2,"Soft":1}],
            "OomScoreAdj":-5},
            "Resources":{"Limits":{"NanoCPUs":1,"MemoryBytes":2,"Pids":3},"Reservations":{"NanoCPUs":4,"MemoryBytes":5,
            "GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":2}},
            {"NamedResourceSpec":{"Kind":"fpga","Value":"f1"}}]},"SwapBytes":7,"MemorySwappiness":0},
            "RestartPolicy":{"Condition":"none","Delay":0,"MaxAttempts":2,"Window":9000000000},
            "Placement":{"Constraints":["node.role==worker"],"Preferences":[{"Spread":{"SpreadDescriptor":"node.id"}}],
            "MaxReplicas":4,"Platforms":[{"Architecture":"amd64","OS":"linux"}]},
            "Networks":[{"Target":"n","Aliases":["al"],"DriverOpts":{"d":"o"}}],
            "LogDriver":{"Name":"json-file","Options":{"m":"1"}},"ForceUpdate":6,"Runtime":"container"},
            "Mode":{"ReplicatedJob":{"MaxConcurrent":2,"TotalCompletions":5}},
            "UpdateConfig":{"Parallelism":0,"Delay":1000,"FailureAction":"continue","Monitor":2000,
            "MaxFailureRatio":0.25,"Order":"start-first"},
            "RollbackConfig":{"Parallelism":1,"FailureAction":"rollback","MaxFailureRatio":0.1,"Order":"stop-first"},
            "Networks":[{"Target":"old"}],
            "EndpointSpec":{"Mode":"dnsrr","Ports":[{"Name":"p","Protocol":"sctp","TargetPort":80,
            "PublishedPort":8080,"PublishMode":"host"}]}}
            """;
        JsonAssert.Same(JsonNode.Parse(json)!, JsonNode.Parse(Write(Read(json))));
    }

    [Theory]
    [InlineData("""{"TaskTemplate":{}}""", "mismatched Runtime and *Spec fields")]
    [InlineData("""{}""", "mismatched Runtime and *Spec fields")]
    [InlineData("""{"TaskTemplate":{"Runtime":"zzz"}}""", "unsupported runtime")]
    [InlineData("""{"TaskTemplate":{"Runtime":"attachment","NetworkAttachmentSpec":{"ContainerID":"x"}}}""",
        "unsupported runtime")]
    [InlineData("""{"TaskTemplate":{"Runtime":"plugin","PluginSpec":{"Name":"a"}}}""",
        "runtime type \"plugin\" only supported in experimental")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{}},"Mode":{"Global":{},"Replicated":{}}}""",
        "must specify only one service mode")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{}},"Mode":{"Replicated":{"Replicas":18446744073709551615}}}""",
        "Number of replicas must be non-negative")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{},"RestartPolicy":{"Condition":"sometimes"}}}""",
        "invalid RestartCondition: \"sometimes\"")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{}},"UpdateConfig":{"FailureAction":"explode"}}""",
        "unrecognized update failure action explode")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{}},"RollbackConfig":{"Order":"sideways"}}""",
        "unrecognized update order sideways")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Type":"zzz","Target":"/x"}]}}}""",
        "invalid MountType: \"zzz\"")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{"Mounts":[{"BindOptions":{"Propagation":"up"}}]}}}""",
        "invalid MountPropagation: \"up\"")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{}},"EndpointSpec":{"Mode":"magic"}}""",
        "invalid resolution mode: \"magic\"")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{}},"EndpointSpec":{"Ports":[{"TargetPort":70000}]}}""",
        "invalid port number 70000: Must be at most 65535")]
    public void A_bad_spec_is_refused_in_the_words_of_the_engine(string json, string message) =>
        Assert.Equal(message, Assert.ThrowsAny<Exception>(() => Read(json)).Message);

    [Fact]
    public void Jobs_default_to_one_at_a_time_and_as_many_completions_as_run_at_once()
    {
        Assert.Equal(new ReplicatedJobMode(1, 1), ReadMode("""{"ReplicatedJob":{}}"""));
        Assert.Equal(new ReplicatedJobMode(3, 3), ReadMode("""{"ReplicatedJob":{"MaxConcurrent":3}}"""));
        Assert.Equal(new ReplicatedJobMode(1, 4), ReadMode("""{"ReplicatedJob":{"TotalCompletions":4}}"""));
        Assert.Equal(new ReplicatedMode(1), ReadMode("{}"));
    }

    [Fact]
    public void A_duration_below_the_resolution_does_not_become_unset()
    {
        Assert.NotEqual(TimeSpan.Zero, 1L.ToDuration());
        Assert.Equal(TimeSpan.Zero, 0L.ToDuration());
        Assert.Equal(-1, (-1L).ToDuration().Ticks);
        Assert.Equal(long.MaxValue, TimeSpan.MaxValue.ToNanoseconds());
    }

    [Fact]
    public void Registry_credentials_are_never_written()
    {
        var spec = Read("""{"TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""");
        var container = (ContainerSpec)spec.TaskTemplate.Workload! with { RegistryAuth = "c2VjcmV0" };
        var stored = spec with { TaskTemplate = spec.TaskTemplate with { Workload = container } };
        Assert.DoesNotContain("c2VjcmV0", Write(stored), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24, """{"Replicated":{"Replicas":1}}""")]
    [InlineData(40, """{"Replicated":{"Replicas":1}}""")]
    [InlineData(41, """{"ReplicatedJob":{"MaxConcurrent":2,"TotalCompletions":2}}""")]
    public void An_older_client_creates_a_replicated_service_of_a_job(int minor, string mode)
    {
        var document = Parse("""
            {"TaskTemplate":{"ContainerSpec":{"CapabilityAdd":["CAP_A"]},"Resources":{"Limits":{"Pids":5}}},
            "Mode":{"ReplicatedJob":{"MaxConcurrent":2}}}
            """);
        var written = JsonNode.Parse(Write(ServiceSpecReader.Read(ServiceApiAge.Adjust(document, new(1, minor)))))!;
        JsonAssert.Same(JsonNode.Parse(mode)!, written["Mode"]);
        Assert.Equal(minor >= 41, written["TaskTemplate"]!["Resources"]!["Limits"]!.AsObject().ContainsKey("Pids"));
        Assert.Equal(
            minor >= 41,
            written["TaskTemplate"]!["ContainerSpec"]!.AsObject().ContainsKey("CapabilityAdd"));
    }

    private static void Default(JsonNode? node, string field, JsonNode value)
    {
        if (node is JsonObject fields && (fields[field] is null || fields[field]!.ToJsonString() == "\"\""))
        {
            fields[field] = value;
        }
    }

    private static ServiceMode ReadMode(string mode) =>
        Read("{\"TaskTemplate\":{\"ContainerSpec\":{}},\"Mode\":" + mode + "}").Mode;

    private static ServiceSpecDocument Parse(string json) =>
        JsonSerializer.Deserialize(json, ServiceJson.Wire.ServiceSpecDocument)!;

    private static ServiceSpec Read(string json) => ServiceSpecReader.Read(Parse(json));

    private static string Write(ServiceSpec spec) =>
        JsonSerializer.Serialize(ServiceSpecWriter.Write(spec), ServiceJson.Wire.ServiceSpecDocument);
}
