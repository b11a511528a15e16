using Swarm.Control;

namespace Swarm.Core.Tests.Control;

public sealed class ServiceSpecValidatorTests
{
    [Theory]
    [InlineData("", "meta: name must be provided")]
    [InlineData("a b", "name must be valid as a DNS name component")]
    [InlineData("-a", "name must be valid as a DNS name component")]
    [InlineData("a_", "name must be valid as a DNS name component")]
    [InlineData("a.b", "name must be valid as a DNS name component")]
    [InlineData("a\n", "name must be valid as a DNS name component")]
    [InlineData("é", "name must be valid as a DNS name component")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234", "name must be 63 characters or fewer")]
    public void Scenario_082_Bad_names_are_refused(string name, string text) =>
        AssertRefused(spec => spec with { Name = name }, text);

    [Theory]
    [InlineData("my-svc_1")]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("a--__b")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123")]
    public void Scenario_082_Good_names_are_accepted(string name) =>
        Validate(ControlFixture.Spec() with { Name = name });

    [Theory]
    [InlineData(999_999, 0, "invalid cpu value 0.000999999: Must be at least 0.001")]
    [InlineData(-1_000_000_000, 0, "invalid cpu value -1: Must be at least 0.001")]
    [InlineData(1_000, 0, "invalid cpu value 1e-06: Must be at least 0.001")]
    [InlineData(0, 1_048_576, "invalid memory value 1048576: Must be at least 4MiB")]
    [InlineData(0, -1, "invalid memory value -1: Must be at least 4MiB")]
    public void Too_small_resources_are_refused(long cpus, long memory, string text)
    {
        AssertRefused(WithResources(new() { Limits = new() { NanoCpus = cpus, MemoryBytes = memory } }), text);
        AssertRefused(WithResources(new() { Reservations = new() { NanoCpus = cpus, MemoryBytes = memory } }), text);
    }

    [Fact]
    public void Generic_resources_are_asked_for_by_number_only()
    {
        AssertRefused(
            WithResources(new() { Reservations = new() { Generic = [new NamedResource("gpu", "a")] } }),
            "invalid argument for resource gpu");
        AssertRefused(
            WithResources(new() { Reservations = new() { Generic = [new DiscreteResource("gpu", -1)] } }),
            "invalid argument for resource gpu");
        Validate(WithResources(new() { Reservations = new() { Generic = [new DiscreteResource("gpu", 2)] } })(
            ControlFixture.Spec()));
    }

    [Fact]
    public void Negative_restart_times_are_refused()
    {
        AssertRefused(
            WithTemplate(template => template with { Restart = new() { Delay = TimeSpan.FromSeconds(-1) } }),
            "TaskSpec: restart-delay cannot be negative");
        AssertRefused(
            WithTemplate(template => template with { Restart = new() { Window = TimeSpan.FromSeconds(-1) } }),
            "TaskSpec: restart-window cannot be negative");
    }

    [Fact]
    public void Durations_that_no_clock_could_wait_for_are_refused()
    {
        AssertRefused(
            WithTemplate(template => template with { Restart = new() { Delay = TimeSpan.MaxValue } }),
            "TaskSpec: restart-delay cannot be longer than 100 years");
        AssertRefused(
            spec => spec with { Update = new() { Monitor = TimeSpan.MaxValue } },
            "TaskSpec: update-monitor cannot be longer than 100 years");
        AssertRefused(
            WithHealth(new() { Interval = TimeSpan.FromHours(721) }),
            "ContainerSpec: Interval in HealthConfig cannot be more than 720h");
        AssertRefused(
            WithContainer(container => container with { StopGracePeriod = TimeSpan.FromHours(721) }),
            "ContainerSpec: StopGracePeriod cannot be more than 720h");
        AssertRefused(
            WithContainer(container => container with { StopGracePeriod = TimeSpan.FromSeconds(-1) }),
            "ContainerSpec: StopGracePeriod cannot be negative");
    }

    [Fact]
    public void Constraints_that_cannot_be_read_are_refused() =>
        AssertRefused(
            WithTemplate(template => template with { Placement = new() { Constraints = ["node.id"] } }),
            "constraint expected one operator from ==, !=");

    [Fact]
    public void A_task_must_have_a_workload_that_a_service_can_run()
    {
        AssertRefused(WithTemplate(template => template with { Workload = null }), "TaskSpec: missing runtime");
        AssertRefused(
            WithTemplate(template => template with { Workload = new AttachmentSpec("c") }),
            "RuntimeSpec: unimplemented runtime in service spec",
            SwarmErrorCode.Unimplemented);
    }

    [Theory]
    [InlineData("ab", "type", 1, "Generic runtime: Invalid name \"ab\"")]
    [InlineData("container", "type", 1, "Generic runtime: \"container\" is a reserved name")]
    [InlineData("attachment", "type", 1, "Generic runtime: \"attachment\" is a reserved name")]
    [InlineData("custom", "", 1, "Generic runtime is missing payload type")]
    [InlineData("custom", "type", 0, "Generic runtime has an empty payload")]
    public void Generic_workloads_need_a_kind_and_a_payload(string kind, string type, int size, string text) =>
        AssertRefused(
            WithTemplate(template => template with
            {
                Workload = new GenericSpec(kind, type, ValueList.Create<byte>(new byte[size])),
            }),
            text);

    [Theory]
    [InlineData("", "ContainerSpec: image reference must be provided")]
    [InlineData("UPPER/Case:1", "ContainerSpec: \"UPPER/Case:1\" is not a valid repository/tag")]
    [InlineData("a\"b", "ContainerSpec: \"a\\\"b\" is not a valid repository/tag")]
    public void Bad_images_are_refused(string image, string text) =>
        AssertRefused(WithContainer(container => container with { Image = image }), text);

    [Fact]
    public void Templates_that_cannot_be_filled_in_are_refused() =>
        AssertRefused(
            WithContainer(container => container with { Hostname = "{{.Nope}}" }),
            "expanding hostname failed: template: expansion:1:2: executing \"expansion\" at <.Nope>: "
            + "can't evaluate field Nope in type *template.Context");

    [Fact]
    public void Mount_points_are_compared_after_templates_are_filled_in()
    {
        AssertRefused(
            WithContainer(container => container with { Mounts = [new() { Target = "/x" }, new() { Target = "/x" }] }),
            "ContainerSpec: duplicate mount point: /x");
        AssertRefused(
            WithContainer(container => container with
            {
                Mounts = [new() { Target = "/x" }, new() { Target = "/{{ \"x\" }}" }],
            }),
            "ContainerSpec: duplicate mount point: /x");
    }

    [Fact]
    public void Health_checks_cannot_be_faster_than_a_millisecond()
    {
        var tick = TimeSpan.FromTicks(1);
        AssertRefused(WithHealth(new() { Interval = tick }), "ContainerSpec: Interval in HealthConfig cannot be less than 1ms");
        AssertRefused(WithHealth(new() { Timeout = -tick }), "ContainerSpec: Timeout in HealthConfig cannot be less than 1ms");
        AssertRefused(WithHealth(new() { StartPeriod = tick }), "ContainerSpec: StartPeriod in HealthConfig cannot be less than 1ms");
        AssertRefused(WithHealth(new() { StartInterval = tick }), "ContainerSpec: StartInterval in HealthConfig cannot be less than 1ms");
        AssertRefused(WithHealth(new() { Retries = -1 }), "ContainerSpec: Retries in HealthConfig cannot be negative");
        Validate(WithHealth(new() { Interval = TimeSpan.FromMilliseconds(1) })(ControlFixture.Spec()));
    }

    [Fact]
    public void Secret_and_config_references_must_be_complete_and_must_not_collide()
    {
        AssertRefused(WithSecrets(new SecretReference(default, "a", new("f"))), "malformed secret reference");
        AssertRefused(WithSecrets(new SecretReference(new("1"), "", new("f"))), "malformed secret reference");
        AssertRefused(
            WithSecrets(new SecretReference(new("1"), "a", null)),
            "malformed secret reference, no target provided");
        AssertRefused(
            WithSecrets(new SecretReference(new("1"), "a", new(""))),
            "malformed file secret reference, invalid target file name provided");
        AssertRefused(
            WithSecrets(new SecretReference(new("1"), "a", new("f")), new SecretReference(new("2"), "b", new("f"))),
            "secret references 'a' and 'b' have a conflicting target: 'f'");
        AssertRefused(WithConfigs(new ConfigReference(new("1"), "", new("f"))), "malformed config reference");
        AssertRefused(
            WithConfigs(new ConfigReference(new("1"), "a", new("f")), new ConfigReference(new("2"), "b", new("f"))),
            "config references 'a' and 'b' have a conflicting target: 'f'");
    }

    [Fact]
    public void A_credential_spec_names_a_config_that_the_runtime_reads()
    {
        var withCredentials = WithContainer(container => container with
        {
            Privileges = new() { CredentialSpec = new("c1") },
        });

        AssertRefused(
            withCredentials,
            "CredentialSpec references config 'c1', but that config isn't in config references with RuntimeTarget");
        Validate(WithConfigs(new ConfigReference(new("c1"), "c", null, Runtime: true))(withCredentials(ControlFixture.Spec())));
    }

    [Fact]
    public void The_number_of_tasks_is_bounded()
    {
        AssertRefused(WithMode(new ReplicatedMode(-1)), "Number of replicas must be non-negative");
        AssertRefused(WithMode(new ReplicatedMode(1_000_001)), "Number of replicas must be at most 1000000");
        AssertRefused(WithMode(new ReplicatedJobMode(-1, 1)), "Maximum concurrent jobs must not be negative");
        AssertRefused(WithMode(new ReplicatedJobMode(1, -1)), "Total completed jobs must not be negative");
        AssertRefused(WithMode(new ReplicatedJobMode(1_000_001, 1)), "Maximum concurrent jobs must be at most 1000000");
        AssertRefused(WithMode(null!), "Unrecognized service mode");
        Validate(ControlFixture.Spec() with { Mode = new ReplicatedMode(1_000_000) });
        Validate(ControlFixture.Spec() with { Mode = new ReplicatedMode(0) });
        Validate(ControlFixture.Spec() with { Mode = new GlobalMode() });
    }

    [Fact]
    public void Jobs_have_no_rollouts()
    {
        var job = WithMode(new ReplicatedJobMode(1, 1));
        AssertRefused(spec => job(spec) with { Update = new() }, "Jobs may not have an update config");
        AssertRefused(spec => job(spec) with { Rollback = new() }, "Jobs may not have a rollback config");
        AssertRefused(WithMode(new ReplicatedJobMode(1, 1_000_001)), "Total completed jobs must be at most 1000000");
        Validate(job(ControlFixture.Spec()));
        Validate(ControlFixture.Spec() with { Mode = new GlobalJobMode() });
    }

    [Theory]
    [InlineData(ServiceLabels.UpdateDeadline, "soon", "a duration such as 90s or 10m")]
    [InlineData(ServiceLabels.UpdateDeadline, "10", "a duration such as 90s or 10m")]
    [InlineData(ServiceLabels.RestartBackoff, "0s", "a duration such as 90s or 10m")]
    [InlineData(ServiceLabels.RestartBackoff, "1e9h", "a duration such as 90s or 10m")]
    [InlineData(ServiceLabels.Rebalance, "-1", "a number from 0 to 1000")]
    [InlineData(ServiceLabels.Rebalance, "1001", "a number from 0 to 1000")]
    [InlineData(ServiceLabels.Disconnect, "Keep", "replace or keep")]
    [InlineData(ServiceLabels.DisconnectLostAfter, "", "a duration such as 90s or 10m")]
    public void Labels_that_ask_for_something_must_make_sense(string label, string value, string wanted) =>
        AssertRefused(
            spec => spec with { Labels = spec.Labels.With(label, value) },
            $"invalid value \"{value}\" for label {label}: must be {wanted}");

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5_400)]
    [InlineData("1.5s", 1.5)]
    [InlineData("250ms", 0.25)]
    public void Durations_in_labels_are_written_as_go_writes_them(string text, double seconds)
    {
        Assert.True(Swarm.Orchestration.DurationText.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Fact]
    public void Update_and_rollback_policies_are_both_checked()
    {
        var negative = TimeSpan.FromSeconds(-1);
        AssertRefused(spec => spec with { Update = new() { Delay = negative } }, "TaskSpec: update-delay cannot be negative");
        AssertRefused(spec => spec with { Update = new() { Monitor = negative } }, "TaskSpec: update-monitor cannot be negative");
        AssertRefused(
            spec => spec with { Update = new() { MaxFailureRatio = 1.1f } },
            "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1");
        AssertRefused(
            spec => spec with { Update = new() { MaxFailureRatio = float.NaN } },
            "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1");
        AssertRefused(spec => spec with { Rollback = new() { Delay = negative } }, "TaskSpec: rollback-delay cannot be negative");
    }

    [Fact]
    public void Published_ports_must_make_sense()
    {
        AssertRefused(
            spec => spec with { Endpoint = new() { Mode = ResolutionMode.DnsRoundRobin, Ports = [new(80)] } },
            "EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
        AssertRefused(WithPorts(new(80, 1), new(81, 1)), "EndpointSpec: duplicate published ports provided");
        AssertRefused(
            WithPorts(new(80, 1), new(81, 1, Mode: PublishMode.Host)),
            "EndpointSpec: duplicate published ports provided");
        AssertRefused(WithPorts(new PortPublication(80, 65_536)), "EndpointSpec: invalid published port 65536: must be between 1 and 65535");
        AssertRefused(WithPorts(new PortPublication(0, 80)), "EndpointSpec: invalid target port 0: must be between 1 and 65535");
        Validate(WithPorts(new(80, 1), new(80, 1, PortProtocol.Udp), new(80), new(80))(ControlFixture.Spec()));
    }

    [Fact]
    public void A_spec_that_is_too_large_is_refused_whatever_fills_it()
    {
        var text = new string('x', 600_000);
        AssertTooLarge(spec => spec with { Labels = [new("a", text)] });
        AssertTooLarge(WithContainer(container => container with { Environment = [new("A", text)] }));
        AssertTooLarge(WithContainer(container => container with
        {
            Args = Enumerable.Range(0, 40_000).Select(_ => "").ToValueList(),
        }));
    }

    private static void AssertTooLarge(Func<ServiceSpec, ServiceSpec> change) =>
        Assert.StartsWith("service spec is too large", Refuse(change).Message);

    private static void AssertRefused(
        Func<ServiceSpec, ServiceSpec> change,
        string text,
        SwarmErrorCode code = SwarmErrorCode.InvalidArgument)
    {
        var refusal = Refuse(change);
        Assert.Equal(text, refusal.Message);
        Assert.Equal(code, refusal.Code);
    }

    private static SwarmException Refuse(Func<ServiceSpec, ServiceSpec> change) =>
        Assert.Throws<SwarmException>(() => Validate(change(ControlFixture.Spec())));

    private static void Validate(ServiceSpec spec) => ServiceSpecValidator.Validate(spec);

    private static Func<ServiceSpec, ServiceSpec> WithTemplate(Func<TaskSpec, TaskSpec> change) =>
        spec => spec with { TaskTemplate = change(spec.TaskTemplate) };

    private static Func<ServiceSpec, ServiceSpec> WithContainer(Func<ContainerSpec, ContainerSpec> change) =>
        WithTemplate(template => template with { Workload = change((ContainerSpec)template.Workload!) });

    private static Func<ServiceSpec, ServiceSpec> WithResources(ResourceRequirements resources) =>
        WithTemplate(template => template with { Resources = resources });

    private static Func<ServiceSpec, ServiceSpec> WithHealth(HealthCheck check) =>
        WithContainer(container => container with { HealthCheck = check });

    private static Func<ServiceSpec, ServiceSpec> WithSecrets(params SecretReference[] secrets) =>
        WithContainer(container => container with { Secrets = [.. secrets] });

    private static Func<ServiceSpec, ServiceSpec> WithConfigs(params ConfigReference[] configs) =>
        WithContainer(container => container with { Configs = [.. configs] });

    private static Func<ServiceSpec, ServiceSpec> WithMode(ServiceMode mode) => spec => spec with { Mode = mode };

    private static Func<ServiceSpec, ServiceSpec> WithPorts(params PortPublication[] ports) =>
        spec => spec with { Endpoint = new() { Ports = [.. ports] } };
}
