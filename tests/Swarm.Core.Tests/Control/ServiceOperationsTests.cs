namespace Swarm.Core.Tests.Control;

public sealed class ServiceOperationsTests : IDisposable
{
    private readonly ControlFixture _fixture = new();

    private IServiceOperations Services => _fixture.Client.Services;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_service_is_created_or_updated_by_its_name_and_left_alone_when_it_is_so_already()
    {
        using var fixture = new ControlFixture();
        var services = fixture.Client.Services;
        var created = await services.CreateOrUpdateAsync(ControlFixture.Spec());
        var same = await services.CreateOrUpdateAsync(ControlFixture.Spec());
        Assert.Equal((created.Id, created.Version), (same.Id, same.Version));

        var scaled = await services.CreateOrUpdateAsync(ControlFixture.Spec() with { Mode = new ReplicatedMode(3) });
        Assert.Equal(created.Id, scaled.Id);
        Assert.Equal(new ReplicatedMode(3), scaled.Spec.Mode);

        // The beginning of an id is no name.
        var other = await services.CreateOrUpdateAsync(ControlFixture.Spec(created.Id.Value[..8]));
        Assert.NotEqual(created.Id, other.Id);
        var refused = await Assert.ThrowsAsync<SwarmException>(() => services.CreateOrUpdateAsync(ControlFixture.Spec("")));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refused.Code);
    }

    [Fact]
    public async Task A_created_service_has_spec_version_0_and_can_be_updated_with_the_version_returned()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        Assert.Equal(default, created.SpecVersion);
        Assert.Null(created.PreviousSpec);

        var updated = await Services.UpdateAsync(
            created.Id,
            created.Version,
            created.Spec with { Mode = new ReplicatedMode(3) });

        Assert.Equal(created.Version, updated.SpecVersion);
        Assert.Equal(created.Spec, updated.PreviousSpec);
        Assert.Equal(default(ObjectVersion), updated.PreviousSpecVersion);
        Assert.True(updated.Version.Index > created.Version.Index);
    }

    [Fact]
    public async Task A_name_is_taken_without_regard_to_case()
    {
        await Services.CreateAsync(ControlFixture.Spec("web"));

        await AssertRefusedAsync(
            () => Services.CreateAsync(ControlFixture.Spec("Web")),
            SwarmErrorCode.AlreadyExists,
            "name conflicts with an existing object: service Web already exists");
    }

    [Fact]
    public async Task A_spec_that_is_not_valid_is_refused_at_creation_and_update()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        var invalid = ControlFixture.Spec() with { Mode = new ReplicatedMode(-1) };

        await AssertRefusedAsync(
            () => Services.CreateAsync(invalid),
            SwarmErrorCode.InvalidArgument,
            "Number of replicas must be non-negative");
        await AssertRefusedAsync(
            () => Services.UpdateAsync(created.Id, created.Version, invalid),
            SwarmErrorCode.InvalidArgument,
            "Number of replicas must be non-negative");
    }

    [Fact]
    public async Task Scenario_083_An_update_with_a_stale_version_is_out_of_sequence()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        await Services.UpdateAsync(created.Id, created.Version, created.Spec);

        await AssertRefusedAsync(
            () => Services.UpdateAsync(created.Id, created.Version, created.Spec),
            SwarmErrorCode.UpdateOutOfSequence,
            "update out of sequence");
    }

    [Fact]
    public async Task An_update_or_a_rollback_does_not_mind_how_the_one_before_goes_on()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        var read = await Services.UpdateAsync(created.Id, created.Version, created.Spec with { Labels = [new("a", "1")] });
        NoteRollout();

        var updated = await Services.UpdateAsync(read.Id, read.Version, read.Spec with { Labels = [new("a", "2")] });
        NoteRollout();
        var restored = await Services.RollbackAsync(read.Id, updated.Version);

        Assert.Equal("1", restored.Spec.Labels["a"]);
        Assert.NotEqual(read.SpecVersion, updated.SpecVersion);
        await AssertRefusedAsync(
            () => Services.UpdateAsync(read.Id, updated.Version, read.Spec),
            SwarmErrorCode.UpdateOutOfSequence,
            "update out of sequence");

        void NoteRollout() => _fixture.Change(transaction => transaction.Update(
            transaction.Services.Find(created.Key)! with
            {
                RolloutStatus = new(RolloutState.Updating, transaction.Now, null, ""),
            }));
    }

    [Fact]
    public async Task Scenario_084_Mode_and_name_cannot_change()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());

        await AssertRefusedAsync(
            () => Services.UpdateAsync(created.Id, created.Version, created.Spec with { Mode = new GlobalMode() }),
            SwarmErrorCode.Unimplemented,
            "service mode change is not allowed");
        await AssertRefusedAsync(
            () => Services.UpdateAsync(created.Id, created.Version, created.Spec with { Name = "other" }),
            SwarmErrorCode.Unimplemented,
            "renaming services is not supported");
    }

    [Fact]
    public async Task Scenario_084_Networks_change_in_the_task_template_only()
    {
        _fixture.Write(new Network { Id = new("n1"), Spec = new() { Name = "backend" } });
        var created = await Services.CreateAsync(ControlFixture.Spec());

        await AssertRefusedAsync(
            () => Services.UpdateAsync(
                created.Id,
                created.Version,
                created.Spec with { Networks = [new() { Target = "backend" }] }),
            SwarmErrorCode.Unimplemented,
            "networks must be migrated to TaskSpec before being changed");
        var updated = await Services.UpdateAsync(created.Id, created.Version, created.Spec with
        {
            TaskTemplate = created.Spec.TaskTemplate with { Networks = [new() { Target = "backend" }] },
        });
        Assert.Equal("n1", updated.Spec.TaskTemplate.Networks[0].Target);
    }

    [Fact]
    public async Task A_network_must_exist_and_must_not_be_the_ingress_network()
    {
        await AssertRefusedAsync(
            () => Services.CreateAsync(WithNetwork("nosuch")),
            SwarmErrorCode.NotFound,
            "network nosuch not found");
        await AssertRefusedAsync(
            () => Services.CreateAsync(WithNetwork("ingress")),
            SwarmErrorCode.InvalidArgument,
            "Service cannot be explicitly attached to the ingress network \"ingress\"");
    }

    [Theory]
    [InlineData(PublishMode.Ingress, PublishMode.Ingress, "port '80' is already in use by service 'first' ({0}) as an ingress port")]
    [InlineData(PublishMode.Ingress, PublishMode.Host, "port '80' is already in use by service 'first' ({0}) as an ingress port")]
    [InlineData(PublishMode.Host, PublishMode.Ingress, "port '80' is already in use by service 'first' ({0}) as a host-published port")]
    [InlineData(PublishMode.Host, PublishMode.Host, null)]
    public async Task Scenario_085_R56_A_published_port_belongs_to_one_service(PublishMode first, PublishMode second, string? text)
    {
        var created = await Services.CreateAsync(ControlFixture.Spec("first", new PortPublication(80, 80, Mode: first)));
        var request = ControlFixture.Spec("second", new PortPublication(80, 80, Mode: second));

        if (text is null)
        {
            await Services.CreateAsync(request);
            return;
        }

        await AssertRefusedAsync(
            () => Services.CreateAsync(request),
            SwarmErrorCode.InvalidArgument,
            text.Replace("{0}", created.Id.Value));
        await Services.CreateAsync(ControlFixture.Spec("third", new PortPublication(80, 80, PortProtocol.Udp, second)));
    }

    [Fact]
    public async Task A_port_that_the_swarm_chose_is_taken_too()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec("first", new PortPublication(80)));
        _fixture.Change(transaction => transaction.Update(created with
        {
            Endpoint = new() { Spec = created.Spec.Endpoint, Ports = [new(80, 30_000)] },
        }));

        await AssertRefusedAsync(
            () => Services.CreateAsync(ControlFixture.Spec("second", new PortPublication(80, 30_000))),
            SwarmErrorCode.InvalidArgument,
            $"port '30000' is already in use by service 'first' ({created.Id}) as an ingress port");
    }

    [Fact]
    public async Task An_update_may_keep_its_own_ports_but_not_take_those_of_others()
    {
        await Services.CreateAsync(ControlFixture.Spec("first", new PortPublication(80, 80)));
        var second = await Services.CreateAsync(ControlFixture.Spec("second", new PortPublication(81, 81)));

        var updated = await Services.UpdateAsync(
            second.Id,
            second.Version,
            ControlFixture.Spec("second", new PortPublication(81, 81), new PortPublication(82, 82)));
        await Assert.ThrowsAsync<SwarmException>(() => Services.UpdateAsync(
            second.Id,
            updated.Version,
            ControlFixture.Spec("second", new PortPublication(81, 80))));
    }

    [Fact]
    public async Task Scenario_086_Rollback_needs_a_previous_spec_and_swaps_it()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        await AssertRefusedAsync(
            () => Services.RollbackAsync(created.Id),
            SwarmErrorCode.FailedPrecondition,
            $"service {created.Id} does not have a previous spec");
        var updated = await Services.UpdateAsync(created.Id, created.Version, created.Spec with { Labels = [new("a", "b")] });

        var back = await Services.RollbackAsync(created.Id, updated.Version);

        Assert.Equal(created.Spec, back.Spec);
        Assert.Equal(updated.Spec, back.PreviousSpec);
        Assert.Equal(updated.PreviousSpecVersion, back.SpecVersion);
        Assert.Equal(updated.SpecVersion, back.PreviousSpecVersion);
        Assert.Equal(RolloutState.RollbackStarted, back.RolloutStatus!.State);
        Assert.Equal("manually requested rollback", back.RolloutStatus.Message);
        Assert.Equal(updated.Spec, (await Services.RollbackAsync(created.Id)).Spec);
        await Assert.ThrowsAsync<SwarmException>(() => Services.RollbackAsync(created.Id, updated.Version));
    }

    [Fact]
    public async Task An_update_clears_the_state_of_the_last_rollout()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        var updated = await Services.UpdateAsync(created.Id, created.Version, created.Spec);
        var back = await Services.RollbackAsync(created.Id, updated.Version);

        Assert.Null((await Services.UpdateAsync(created.Id, back.Version, created.Spec)).RolloutStatus);
    }

    [Fact]
    public async Task Secrets_and_configs_must_exist_under_the_name_given()
    {
        var secret = _fixture.Write(new Secret { Id = new("s1"), Spec = new() { Name = "key" } });
        var config = _fixture.Write(new Config { Id = new("c1"), Spec = new() { Name = "site" } });

        await AssertRefusedAsync(
            () => Services.CreateAsync(WithFiles([new(new("nosuch"), "a", new("a"))], [])),
            SwarmErrorCode.InvalidArgument,
            "secret not found: a");
        await AssertRefusedAsync(
            () => Services.CreateAsync(WithFiles([new(secret.Id, "a", new("a")), new(new("2"), "b", new("b"))], [])),
            SwarmErrorCode.InvalidArgument,
            "secrets not found: a, b");
        await AssertRefusedAsync(
            () => Services.CreateAsync(WithFiles([], [new(new("1"), "a", new("a")), new(new("2"), "b", new("b"))])),
            SwarmErrorCode.InvalidArgument,
            "configs not found: a, b");
        await Services.CreateAsync(WithFiles(
            [new(secret.Id, "key", new("key"))],
            [new(config.Id, "site", new("site"))]));
    }

    [Fact]
    public async Task Registry_credentials_are_kept_but_never_shown()
    {
        var request = ControlFixture.Spec();
        request = WithAuth(request, "e30=");
        var created = await Services.CreateAsync(request);
        Assert.Equal("", AuthOf(created.Spec));

        var updated = await Services.UpdateAsync(created.Id, spec => spec with { Mode = new ReplicatedMode(2) });

        Assert.Equal("", AuthOf(updated.PreviousSpec!));
        var stored = _fixture.Store.Current.Services.Find(created.Key)!;
        Assert.Equal("e30=", AuthOf(stored.Spec));
        _fixture.Write(_fixture.NewTask(stored));
        await foreach (var task in _fixture.Client.Tasks.ListAsync())
        {
            Assert.Equal("", ((ContainerSpec)task.Spec.Workload!).RegistryAuth);
        }
    }

    [Fact]
    public async Task A_change_is_made_again_when_somebody_else_was_first()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        var calls = 0;

        var updated = await Services.UpdateAsync(created.Id, spec =>
        {
            if (++calls < 4)
            {
                Relabel(created, $"{calls}");
            }

            return spec with { Labels = [new("calls", $"{calls}")] };
        });

        Assert.Equal("4", updated.Spec.Labels["calls"]);
    }

    [Fact]
    public async Task A_change_is_given_up_after_ten_attempts()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        var calls = 0;

        var failure = await Assert.ThrowsAsync<SwarmException>(() => Services.UpdateAsync(created.Id, spec =>
        {
            calls++;
            Relabel(created, $"{calls}");
            return spec;
        }));

        Assert.Equal(SwarmErrorCode.UpdateOutOfSequence, failure.Code);
        Assert.Equal(10, calls);
    }

    [Fact]
    public async Task A_removed_service_is_gone_and_cannot_be_removed_again()
    {
        var created = await Services.CreateAsync(ControlFixture.Spec());
        await Services.RemoveAsync(created.Id);

        await AssertRefusedAsync(
            () => Services.RemoveAsync(created.Id),
            SwarmErrorCode.NotFound,
            $"service {created.Id} not found");
        await AssertRefusedAsync(
            () => Services.UpdateAsync(created.Id, created.Version, created.Spec),
            SwarmErrorCode.NotFound,
            $"service {created.Id} not found");
    }

    [Fact]
    public async Task Status_counts_running_tasks_and_what_should_run()
    {
        var replicated = await Services.CreateAsync(ControlFixture.Spec("a") with { Mode = new ReplicatedMode(5) });
        var global = await Services.CreateAsync(ControlFixture.Spec("b") with { Mode = new GlobalMode() });
        foreach (var service in new[] { replicated, global })
        {
            _fixture.Write(_fixture.NewTask(service, TaskState.Running));
            _fixture.Write(_fixture.NewTask(service, TaskState.Starting, 2));
            _fixture.Write(_fixture.NewTask(service, TaskState.Failed, 3) with { DesiredState = TaskState.Shutdown });
        }

        Assert.Equal(new(1, 5, 0), await Services.GetStatusAsync(replicated.Id));
        Assert.Equal(new(1, 2, 0), await Services.GetStatusAsync(global.Id));
        Assert.Equal(default, await Services.GetStatusAsync(new("nosuch")));
    }

    internal static async Task AssertRefusedAsync(Func<Task> call, SwarmErrorCode code, string text)
    {
        var refusal = await Assert.ThrowsAsync<SwarmException>(call);
        Assert.Equal(text, refusal.Message);
        Assert.Equal(code, refusal.Code);
    }

    private void Relabel(Service service, string calls) => _fixture.Change(transaction =>
    {
        var current = transaction.Services.Find(service.Key)!;
        transaction.Update(current with { Spec = current.Spec with { Labels = [new("calls", calls)] } });
    });

    private static ServiceSpec WithNetwork(string target)
    {
        var spec = ControlFixture.Spec();
        return spec with { TaskTemplate = spec.TaskTemplate with { Networks = [new() { Target = target }] } };
    }

    private static ServiceSpec WithFiles(ValueList<SecretReference> secrets, ValueList<ConfigReference> configs)
    {
        var spec = ControlFixture.Spec();
        return spec with
        {
            TaskTemplate = spec.TaskTemplate with
            {
                Workload = (ContainerSpec)spec.TaskTemplate.Workload! with { Secrets = secrets, Configs = configs },
            },
        };
    }

    private static ServiceSpec WithAuth(ServiceSpec spec, string auth) => spec with
    {
        TaskTemplate = spec.TaskTemplate with
        {
            Workload = (ContainerSpec)spec.TaskTemplate.Workload! with { RegistryAuth = auth },
        },
    };

    private static string AuthOf(ServiceSpec spec) => ((ContainerSpec)spec.TaskTemplate.Workload!).RegistryAuth;
}
