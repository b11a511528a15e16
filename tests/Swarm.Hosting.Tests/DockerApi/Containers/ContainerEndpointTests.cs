using System.Text.Json.Nodes;
using Swarm.Execution;
using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Containers;

public sealed class ContainerEndpointTests : IAsyncLifetime
{
    private static readonly string IdA = new('a', 64);
    private static readonly string IdB = "ab" + new string('b', 62);

    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private ApiHost _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _api.Containers.Set(Running(), Exited());
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Rows_have_the_fields_of_recorded_ones()
    {
        var list = (await _api.GetAsync("containers/json?all=1&size=1")).AsArray();
        foreach (var recorded in RecordedDocuments.Read("containers"))
        {
            var row = recorded.DeepClone();
            // Networks, labels and mounts are those of the services of the recording; one of each is compared below.
            row["NetworkSettings"]!["Networks"] = new JsonObject
            {
                ["front"] = row["NetworkSettings"]!["Networks"]!.AsObject().First().Value!.DeepClone(),
            };
            row["NetworkSettings"]!["Networks"]!["front"]!["IPAMConfig"] = new JsonObject();
            row["Labels"] = new JsonObject();
            (row as JsonObject)!.Remove("SizeRw");
            JsonAssert.SameShape(row, list[0]);
        }

        Assert.Equal("running", list[0]!["State"]!.GetValue<string>());
        Assert.Equal("Up 5 minutes (healthy)", list[0]!["Status"]!.GetValue<string>());
        Assert.Equal("sh -c 'sleep 1'", list[0]!["Command"]!.GetValue<string>());
        Assert.Equal("Exited (137) 2 hours ago", list[1]!["Status"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_inspected_container_has_the_fields_of_a_recorded_one()
    {
        var document = await _api.GetAsync($"containers/{IdA}/json");
        var recorded = RecordedDocuments.Read("container-inspects")[0].DeepClone();
        recorded["GraphDriver"]!["Data"] = null;
        recorded["ExecIDs"] = null;
        recorded["Config"]!["Labels"] = new JsonObject();
        recorded["HostConfig"]!["Mounts"] = new JsonArray();
        recorded["HostConfig"]!["MaskedPaths"] = new JsonArray();
        recorded["HostConfig"]!["ReadonlyPaths"] = new JsonArray();
        recorded["Mounts"] = new JsonArray();
        recorded["State"]!["Health"]!["Log"] = new JsonArray(recorded["State"]!["Health"]!["Log"]![0]!.DeepClone());
        recorded["NetworkSettings"]!["Networks"] = new JsonObject();
        JsonAssert.SameShape(recorded, document);
        Assert.Equal("/web.1.t1", document["Name"]!.GetValue<string>());
        Assert.Equal(["sh", "-c", "sleep 1"], document["Config"]!["Cmd"]!.AsArray().Select(a => a!.GetValue<string>()));
        Assert.Equal("t1", document["Config"]!["Labels"]!["com.docker.swarm.task.id"]!.GetValue<string>());
        Assert.Equal(1_000_000_000, document["Config"]!["Healthcheck"]!["Interval"]!.GetValue<long>());
        Assert.Equal("10.0.1.3", document["NetworkSettings"]!["Networks"]!["front"]!["IPAddress"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("web.1.t1", 200)]
    [InlineData("%2Fweb.1.t1", 200)]
    [InlineData("aa", 200)]
    [InlineData("ab", 200)]
    [InlineData("a", 400)]
    [InlineData("web", 404)]
    [InlineData("nosuch", 404)]
    public async Task Containers_are_found_by_id_name_and_prefix(string reference, int status)
    {
        var (actual, body) = await _api.SendAsync("GET", $"containers/{reference}/json");
        Assert.Equal(status, actual);
        if (status == 404)
        {
            Assert.Equal($"No such container: {reference}", body!["message"]!.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("", "web.1.t1")]
    [InlineData("all=1", "web.1.t1", "db.1.t2")]
    [InlineData("limit=1", "web.1.t1")]
    [InlineData("all=1&filters={\"name\":[\"^/db\"]}", "db.1.t2")]
    [InlineData("filters={\"name\":[\"web.*t1$\"]}", "web.1.t1")]
    [InlineData("filters={\"name\":[\"(\"]}")]
    [InlineData("filters={\"status\":[\"exited\"]}", "db.1.t2")]
    [InlineData("all=1&filters={\"exited\":[\"137\"]}", "db.1.t2")]
    [InlineData("filters={\"health\":[\"healthy\"]}", "web.1.t1")]
    [InlineData("filters={\"health\":[\"none\"]}")]
    [InlineData("all=1&filters={\"health\":[\"none\"]}", "db.1.t2")]
    [InlineData("filters={\"is-task\":[\"true\"]}", "web.1.t1")]
    [InlineData("filters={\"is-task\":[\"false\"]}")]
    [InlineData("filters={\"label\":[\"com.docker.swarm.service.name=web\"]}", "web.1.t1")]
    [InlineData("all=1&filters={\"ancestor\":[\"i\"]}", "db.1.t2")]
    [InlineData("filters={\"network\":[\"front\"]}", "web.1.t1")]
    [InlineData("filters={\"volume\":[\"/data\"]}", "web.1.t1")]
    [InlineData("all=1&filters={\"since\":[\"db.1.t2\"]}", "web.1.t1")]
    [InlineData("all=1&filters={\"before\":[\"web.1.t1\"]}", "db.1.t2")]
    [InlineData("filters={\"publish\":[\"8080\"]}", "web.1.t1")]
    [InlineData("filters={\"expose\":[\"80/udp\"]}")]
    public async Task Lists_are_filtered(string query, params string[] names)
    {
        var list = (await _api.GetAsync($"containers/json?{query}")).AsArray();
        Assert.Equal(names, list.Select(c => c!["Names"]![0]!.GetValue<string>().TrimStart('/')));
    }

    [Theory]
    [InlineData("containers/json?filters={\"status\":[\"zzz\"]}", 400, "Invalid filter 'status=zzz'")]
    [InlineData("containers/json?filters={\"zzz\":[\"x\"]}", 400, "Invalid filter 'zzz'")]
    [InlineData("containers/json?filters={\"since\":[\"x\"]}", 404, "No such container: x")]
    [InlineData("containers/db.1.t2/top", 409, "is not running")]
    [InlineData("containers/web.1.t1/stats", 501, "process executor")]
    [InlineData("containers/nosuch/stats", 404, "No such container: nosuch")]
    [InlineData("exec/x/json", 404, "No such exec instance: x")]
    public async Task Mistakes_are_told(string path, int status, string message)
    {
        var (actual, body) = await _api.SendAsync("GET", path);
        Assert.Contains(message, body!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(status, actual);
    }

    [Fact]
    public async Task Containers_are_stopped_killed_and_removed()
    {
        Assert.Equal(204, (await _api.SendAsync("POST", "containers/web.1.t1/stop?t=3")).Status);
        Assert.Equal(304, (await _api.SendAsync("POST", "containers/db.1.t2/stop")).Status);
        Assert.Equal(204, (await _api.SendAsync("POST", "containers/web.1.t1/kill")).Status);
        Assert.Equal(204, (await _api.SendAsync("POST", "containers/web.1.t1/kill?signal=HUP")).Status);
        Assert.Equal(409, (await _api.SendAsync("POST", "containers/db.1.t2/kill")).Status);
        Assert.Equal(204, (await _api.SendAsync("DELETE", "containers/db.1.t2")).Status);
        Assert.Equal(204, (await _api.SendAsync("DELETE", "containers/aaa?force=1&v=1")).Status);
        var (status, body) = await _api.SendAsync("DELETE", "containers/web.1.t1");
        Assert.Equal(409, status);
        Assert.Equal(
            $"You cannot remove a running container {IdA}. Stop the container before attempting removal or force remove",
            body!["message"]!.GetValue<string>());
        Assert.Equal(
            [$"stop {IdA} 3", $"signal {IdA} SIGKILL", $"signal {IdA} HUP", $"remove {IdB} False", $"remove {IdA} True"],
            _api.Containers.Calls);
        Assert.Equal(404, (await _api.SendAsync("DELETE", "containers/nosuch")).Status);
    }

    [Fact]
    public async Task Processes_are_shown_in_the_columns_of_ps()
    {
        var table = await _api.GetAsync("containers/web.1.t1/top");
        JsonAssert.Same(
            JsonNode.Parse("""
                {"Processes":[["root","12","1","0","Jan01","?","01:02:03","sh -c x"]],
                "Titles":["UID","PID","PPID","C","STIME","TTY","TIME","CMD"]}
                """)!,
            table);
    }

    [Fact]
    public async Task Details_of_a_container_are_only_a_space()
    {
        _api.Containers.Lines.Add(new(LogStream.Stderr, _now, "tock\n"u8.ToArray()));
        _api.Containers.Lines.Add(new(LogStream.Stdout, _now, "tick\n"u8.ToArray()));
        var bytes = await _api.Http.GetByteArrayAsync("containers/web.1.t1/logs?stderr=1&details=1&tail=x");
        Assert.Equal("AgAAAAAAAAYgdG9jawo=", Convert.ToBase64String(bytes));
    }

    [Fact]
    public async Task Waiting_answers_at_once_and_tells_the_exit_code_later()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "containers/web.1.t1/wait?condition=next-exit");
        using var response = await _api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _api.Containers.Set(Running() with { State = ContainerState.Exited, ExitCode = 3 });
        JsonAssert.Same(
            JsonNode.Parse("""{"StatusCode":3}""")!,
            JsonNode.Parse(await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Without_a_source_there_are_no_containers()
    {
        _api.Node.Containers = null;
        Assert.Empty((await _api.GetAsync("containers/json")).AsArray());
        Assert.Equal(404, (await _api.SendAsync("GET", "containers/x/json")).Status);
    }

    private ContainerInfo Running() => new()
    {
        Id = IdA,
        Name = "web.1.t1",
        Task = new()
        {
            Id = new("t1"),
            Spec = new()
            {
                Workload = new ContainerSpec
                {
                    Image = "i:1",
                    Mounts = [new() { Type = MountType.Volume, Source = "v", Target = "/data", Volume = new() }],
                    HealthCheck = new() { Test = ["CMD", "x"], Interval = TimeSpan.FromSeconds(1) },
                    Init = false,
                },
            },
            Networks =
            [
                new()
                {
                    Network = new() { Id = new("net"), Spec = new() { Name = "front" } },
                    Addresses = ["10.0.1.3/24"],
                },
            ],
        },
        Image = "i:1",
        CommandLine = ["sh", "-c", "sleep 1"],
        Environment = [new("A", "1")],
        Labels =
        [
            new("com.docker.swarm.service.name", "web"),
            new("com.docker.swarm.task.id", "t1"),
        ],
        State = ContainerState.Running,
        Pid = 12,
        CreatedAt = _now.AddMinutes(-6),
        StartedAt = _now.AddMinutes(-5.5),
        Health = new("healthy", 0, [new(_now, _now, 0, "ok")]),
        Ports = [new(80, 8080)],
    };

    private ContainerInfo Exited() => new()
    {
        Id = IdB,
        Name = "db.1.t2",
        Task = new() { Id = new("t2"), Spec = new() },
        Image = "i",
        State = ContainerState.Exited,
        ExitCode = 137,
        CreatedAt = _now.AddHours(-3),
        StartedAt = _now.AddHours(-3),
        FinishedAt = _now.AddHours(-2),
    };
}
