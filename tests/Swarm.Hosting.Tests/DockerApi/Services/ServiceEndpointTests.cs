using System.Text.Json.Nodes;
using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Services;

public sealed class ServiceEndpointTests : IAsyncLifetime
{
    private ApiHost _api = null!;

    public async Task InitializeAsync() => _api = await ApiHost.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task A_created_service_is_found_by_id_name_and_prefix()
    {
        var id = await _api.CreateAsync("web");
        foreach (var reference in new[] { id, "web", id[..8] })
        {
            var service = await _api.GetAsync($"services/{reference}");
            Assert.Equal(id, service["ID"]!.GetValue<string>());
            Assert.Equal("container", service["Spec"]!["TaskTemplate"]!["Runtime"]!.GetValue<string>());
            JsonAssert.Same(JsonNode.Parse("""{"Spec":{}}""")!, service["Endpoint"]);
        }
    }

    [Fact]
    public async Task A_service_without_a_name_gets_an_adjective_and_a_surname()
    {
        var (status, body) = await _api.SendAsync(
            "POST", "services/create", """{"TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""");
        Assert.Equal(201, status);
        var service = await _api.GetAsync($"services/{body!["ID"]}");
        Assert.Matches("^[a-z]+_[a-z]+$", service["Spec"]!["Name"]!.GetValue<string>());
        Assert.False(body.AsObject().ContainsKey("Warnings"));
    }

    [Theory]
    [InlineData("POST", "services/create", null, 400, "got EOF while reading request body")]
    [InlineData("POST", "services/create", "{", 400, "invalid JSON")]
    [InlineData("POST", "services/create", """{"Name":5}""", 400, "invalid JSON")]
    [InlineData("POST", "services/create", """{"Name":"a"}""", 400, "mismatched Runtime and *Spec fields")]
    [InlineData("POST", "services/create",
        """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}},"Mode":{"Replicated":{"Replicas":-1}}}""",
        400, "invalid JSON")]
    [InlineData("GET", "services/nosuch", null, 404, "service nosuch not found")]
    [InlineData("DELETE", "services/nosuch", null, 404, "service nosuch not found")]
    [InlineData("GET", "services/nosuch/logs?stdout=1", null, 404, "service nosuch not found")]
    [InlineData("GET", "services/web/logs", null, 400, "Bad parameters: you must choose at least one stream")]
    [InlineData("GET", "services/web/logs?stdout=1&tail=x", null, 400,
        "tail value must be a positive integer or \"all\"")]
    [InlineData("GET", "services/web/logs?stdout=1&tail=-3", null, 400, "negative tail values not supported")]
    [InlineData("GET", "services?filters=%7B%22color%22%3A%7B%22red%22%3Atrue%7D%7D", null, 400,
        "Invalid filter 'color'")]
    [InlineData("GET", "services/web?insertDefaults=maybe", null, 400, "insertDefaults")]
    [InlineData("POST", "services/web/update?version=", """{"TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""", 400,
        "invalid service version ''")]
    [InlineData("POST", "services/web/update?version=99",
        """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""", 409, "update out of sequence")]
    [InlineData("POST", "services/web/update?version=1&rollback=zzz",
        """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""", 400, "unrecognized rollback option zzz")]
    [InlineData("POST", "services/web/update?version=1&registryAuthFrom=moon",
        """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""", 400, "unsupported registryAuthFrom value")]
    [InlineData("POST", "services/web/update?version=1&registryAuthFrom=previous-spec",
        """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""", 400,
        "service does not have a previous spec")]
    [InlineData("POST", "services/create", """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}}}""", 409,
        "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists")]
    public async Task Mistakes_are_told_as_the_engine_tells_them(
        string method, string path, string? json, int status, string message)
    {
        await _api.CreateAsync("web");
        var (actual, body) = await _api.SendAsync(method, path, json ?? (method == "POST" ? "" : null));
        Assert.Contains(message, body!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(status, actual);
    }

    [Fact]
    public async Task Outside_of_a_swarm_everything_is_unavailable()
    {
        _api.Node.State = Swarm.Hosting.Nodes.LocalNodeState.Inactive;
        foreach (var (method, path) in new[]
        {
            ("GET", "services"), ("GET", "services/x"), ("POST", "services/create"), ("GET", "tasks"),
            ("DELETE", "services/x"), ("GET", "tasks/x"), ("POST", "services/x/update?version=1"),
            ("GET", "services/x/logs?stdout=1"),
        })
        {
            var (status, body) = await _api.SendAsync(method, path, method == "POST" ? ApiHost.Spec("a") : null);
            Assert.Equal((503, "This node is not a swarm manager."), (status, body!["message"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task Lists_are_filtered()
    {
        await _api.CreateAsync("front", ""","Labels":{"tier":"web","empty":""}""");
        await _api.CreateAsync("front2", ""","Mode":{"Global":{}}""");
        await _api.Store.UpdateAsync(t => t.Create(new Service
        {
            Id = new("backid"),
            Spec = new() { Name = "back", Mode = new ReplicatedJobMode(1, 1) },
        }));
        await Expect("""{"name":{"front":true}}""", "front", "front2");
        await Expect("""{"name":["front2"]}""", "front2");
        await Expect("""{"name":{"front":true,"back":true},"mode":{"replicated":true}}""", "front");
        await Expect("""{"mode":{"replicated-job":true,"global":true}}""", "back", "front2");
        await Expect("""{"label":{"tier":true}}""", "front");
        await Expect("""{"label":{"tier=web":true,"empty":true}}""", "front");
        await Expect("""{"label":{"tier=db":true}}""");
        await Expect("""{"runtime":{"plugin":true}}""");
        await Expect("""{"runtime":{"container":true}}""", "back", "front", "front2");

        async Task Expect(string filter, params string[] names)
        {
            var list = (await _api.GetAsync("services?" + ApiHost.Filter(filter))).AsArray();
            var found = list.Select(s => s!["Spec"]!["Name"]!.GetValue<string>());
            Assert.Equal(names, found.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("1.40", false)]
    [InlineData("1.41", true)]
    public async Task The_status_of_services_came_with_version_1_41(string version, bool expected)
    {
        await _api.CreateAsync("web");
        var list = (await _api.GetAsync($"/v{version}/services?status=true")).AsArray();
        Assert.Equal(expected, list[0]!.AsObject().ContainsKey("ServiceStatus"));
        if (expected)
        {
            JsonAssert.Same(
                JsonNode.Parse("""{"RunningTasks":0,"DesiredTasks":1,"CompletedTasks":0}""")!,
                list[0]!["ServiceStatus"]);
        }
    }

    [Fact]
    public async Task A_job_of_a_client_before_1_41_becomes_a_replicated_service()
    {
        var (status, body) = await _api.SendAsync(
            "POST", "/v1.40/services/create", ApiHost.Spec("job", ""","Mode":{"ReplicatedJob":{}}"""));
        Assert.Equal(201, status);
        var service = await _api.GetAsync($"services/{body!["ID"]}");
        JsonAssert.Same(JsonNode.Parse("""{"Replicated":{"Replicas":1}}""")!, service["Spec"]!["Mode"]);
    }

    [Fact]
    public async Task Defaults_are_shown_on_request_and_not_stored()
    {
        await _api.CreateAsync("web");
        var shown = (await _api.GetAsync("services/web?insertDefaults=true"))["Spec"]!;
        JsonAssert.SameShape(
            JsonNode.Parse("""
                {"TaskTemplate":{"ContainerSpec":{"StopGracePeriod":1,"DNSConfig":{}},"Resources":{},"Placement":{},
                "RestartPolicy":{"Condition":"","Delay":1,"MaxAttempts":1}},
                "UpdateConfig":{"Parallelism":1,"FailureAction":"","Monitor":1,"MaxFailureRatio":1,"Order":""},
                "RollbackConfig":{"Parallelism":1,"FailureAction":"","Monitor":1,"MaxFailureRatio":1,"Order":""}}
                """)!,
            shown);
        Assert.Equal(10_000_000_000, shown["TaskTemplate"]!["ContainerSpec"]!["StopGracePeriod"]!.GetValue<long>());
        Assert.Equal(5_000_000_000, shown["TaskTemplate"]!["RestartPolicy"]!["Delay"]!.GetValue<long>());
        Assert.Null((await _api.GetAsync("services/web?insertDefaults=false"))["Spec"]!["UpdateConfig"]);
    }

    [Fact]
    public async Task An_update_is_followed_by_a_rollback_and_another_that_goes_forward_again()
    {
        var id = await _api.CreateAsync("web");
        var first = await _api.GetAsync("services/web");
        await Update(first, "", """,""" + "\"Mode\":{\"Replicated\":{\"Replicas\":3}}");
        var second = await _api.GetAsync("services/web");
        Assert.Equal(3, Replicas(second["Spec"]));
        Assert.Equal(1, Replicas(second["PreviousSpec"]));
        await Update(second, "&rollback=previous", "");
        var third = await _api.GetAsync("services/web");
        Assert.Equal(1, Replicas(third["Spec"]));
        Assert.Equal("rollback_started", third["UpdateStatus"]!["State"]!.GetValue<string>());
        await Update(third, "&rollback=previous", "");
        Assert.Equal(3, Replicas((await _api.GetAsync("services/web"))["Spec"]));

        async Task Update(JsonNode service, string query, string more)
        {
            var (status, body) = await _api.SendAsync(
                "POST",
                $"services/{id}/update?version={service["Version"]!["Index"]}{query}",
                ApiHost.Spec("web", more));
            Assert.Equal(200, status);
            JsonAssert.Same(JsonNode.Parse("""{"Warnings":null}""")!, body);
        }

        static int Replicas(JsonNode? spec) => spec!["Mode"]!["Replicated"]!["Replicas"]!.GetValue<int>();
    }

    [Fact]
    public async Task Registry_credentials_are_kept_across_updates_and_never_returned()
    {
        var (_, body) = await _api.SendAsync("POST", "services/create", ApiHost.Spec("web"), "c2VjcmV0");
        var id = body!["ID"]!.GetValue<string>();
        var service = await _api.GetAsync("services/web");
        Assert.DoesNotContain("c2VjcmV0", service.ToJsonString(), StringComparison.Ordinal);
        await _api.SendAsync(
            "POST",
            $"services/{id}/update?version={service["Version"]!["Index"]}&registryAuthFrom=spec",
            ApiHost.Spec("web", ""","Labels":{"a":"b"}"""));
        var stored = _api.Store.Current.Services.Find(id)!;
        Assert.Equal("b", stored.Spec.Labels["a"]);
        Assert.Equal("c2VjcmV0", ((ContainerSpec)stored.Spec.TaskTemplate.Workload!).RegistryAuth);
    }

    [Fact]
    public async Task Published_ports_that_only_engines_answer_are_warned_about()
    {
        var (_, body) = await _api.SendAsync(
            "POST",
            "services/create",
            ApiHost.Spec("web", ""","EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080,"Protocol":"sctp"}]}"""));
        var warning = Assert.Single(body!["Warnings"]!.AsArray())!.GetValue<string>();
        Assert.Contains("8080:80/sctp is answered by Docker Engines only", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_processes_pass_over_is_warned_about_where_nodes_run_processes()
    {
        const string body = ""","Networks":[{"Target":"back","DriverOpts":{"a":"b"}}]""";
        await _api.SendAsync("POST", "networks/create", """{"Name":"back","Driver":"overlay","Internal":true}""");
        var spec = ApiHost.Spec("web", body);
        var (_, silent) = await _api.SendAsync("POST", "services/create", spec);
        Assert.Null(silent!["Warnings"]);

        await _api.Store.UpdateAsync(transaction => transaction.Create(new Node
        {
            Id = new NodeId("p"),
            Description = new() { Hostname = "p", Engine = new() { Labels = [new("swarm.executor", "process")] } },
        }));
        var (_, told) = await _api.SendAsync("POST", "services/create", ApiHost.Spec("web2", body));
        var warnings = told!["Warnings"]!.AsArray().Select(warning => warning!.GetValue<string>()).ToList();
        Assert.Collection(
            warnings,
            text => Assert.StartsWith("driver options of networks are for Docker Engines only", text, StringComparison.Ordinal),
            text => Assert.StartsWith("network back is internal on Docker Engines only", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Limits_that_a_node_cannot_keep_are_warned_about()
    {
        foreach (var (name, limits) in ((string, string)[])[("a", "none"), ("b", "cpu,pids"), ("c", "")])
        {
            await _api.Store.UpdateAsync(transaction => transaction.Create(new Node
            {
                Id = new NodeId(name),
                Description = new()
                {
                    Hostname = name,
                    Engine = new() { Labels = [new("swarm.executor", "process"), new("swarm.limits", limits)] },
                },
            }));
        }

        var (_, told) = await _api.SendAsync(
            "POST",
            "services/create",
            """
            {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i:1"},
            "Resources":{"Limits":{"MemoryBytes":50000000,"NanoCPUs":500000000}}}}
            """);
        Assert.Collection(
            told!["Warnings"]!.AsArray().Select(warning => warning!.GetValue<string>()),
            text => Assert.StartsWith("limits of cpu are not kept on a: no writable cgroup there.", text, StringComparison.Ordinal),
            text => Assert.StartsWith("limits of memory are not kept on a, b: ", text, StringComparison.Ordinal));

        var (_, silent) = await _api.SendAsync("POST", "services/create", ApiHost.Spec("web2"));
        Assert.Null(silent!["Warnings"]);
    }

    [Fact]
    public async Task A_removed_service_is_gone()
    {
        await _api.CreateAsync("web");
        Assert.Equal((200, null), await _api.SendAsync("DELETE", "services/web"));
        Assert.Equal(404, (await _api.SendAsync("GET", "services/web")).Status);
    }
}
