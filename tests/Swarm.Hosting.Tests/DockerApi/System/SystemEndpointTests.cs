using System.Text.Json.Nodes;
using Swarm.Execution;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.DockerApi;

public sealed class SystemEndpointTests
{
    // What a machine has is a matter of the machine: these differ in number or in name.
    private static readonly string[] MachineFields = ["DriverStatus", "Plugins", "Runtimes", "SecurityOptions", "Warnings"];

    public static TheoryData<int> RecordedInfos { get; } = [.. Enumerable.Range(0, RecordedDocuments.Read("infos").Count)];

    [Theory]
    [MemberData(nameof(RecordedInfos))]
    public async Task Info_has_every_field_that_docker_has(int index)
    {
        var recorded = RecordedDocuments.Read("infos")[index];
        await using var api = await ApiUnderTest.StartAsync(NodeOf(recorded["Swarm"]!));
        var shown = (await api.GetAsync("/v1.41/info")).Json;
        foreach (var field in MachineFields)
        {
            Assert.True(shown.AsObject().ContainsKey(field), field);
            recorded.AsObject().Remove(field);
        }

        recorded["RegistryConfig"]!["InsecureRegistryCIDRs"] = new JsonArray();
        recorded["RegistryConfig"]!["IndexConfigs"] = new JsonObject();
        if (recorded["Swarm"]!["Cluster"]?["TLSInfo"] is JsonObject tls)
        {
            tls.Clear();
            recorded["Swarm"]!["Cluster"]!["DefaultAddrPool"] = shown["Swarm"]!["Cluster"]!["DefaultAddrPool"]?.DeepClone();
        }

        JsonAssert.SameShape(recorded, shown);
        JsonAssert.Same(recorded["Swarm"]!["LocalNodeState"]!, shown["Swarm"]!["LocalNodeState"]);
        JsonAssert.Same(recorded["Swarm"]!["ControlAvailable"]!, shown["Swarm"]!["ControlAvailable"]);
        Assert.Equal((string)recorded["Swarm"]!["Error"]!, (string)shown["Swarm"]!["Error"]!);
        Assert.Equal((int?)recorded["Swarm"]!["Managers"], (int?)shown["Swarm"]!["Managers"]);
    }

    [Fact]
    public async Task Info_of_a_node_in_no_swarm_has_nothing_of_one()
    {
        await using var api = await ApiUnderTest.StartAsync();
        Assert.Equal(
            """{"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,"Error":"","RemoteManagers":null}""",
            (await api.GetAsync("/v1.41/info")).Json["Swarm"]!.ToJsonString());
    }

    [Fact]
    public async Task Info_describes_the_machine_and_the_swarm()
    {
        DockerApiOptions options = new() { StateDirectory = "/var/lib/swarm", ServerVersion = "1.2.3" };
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager(), options);
        var info = (await api.GetAsync("/info")).Json;
        Assert.Equal("node1", (string)info["Name"]!);
        Assert.Equal(2, (int)info["NCPU"]!);
        Assert.Equal(25_276_502_016, (long)info["MemTotal"]!);
        Assert.Equal("x86_64", (string)info["Architecture"]!);
        Assert.Equal("/var/lib/swarm", (string)info["DockerRootDir"]!);
        Assert.Equal("1.2.3", (string)info["ServerVersion"]!);
        Assert.Equal("""["rack=r1"]""", info["Labels"]!.ToJsonString());
        Assert.Equal("""["overlay"]""", info["Plugins"]!["Network"]!.ToJsonString());
        Assert.Matches("^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$", (string)info["ID"]!);
        Assert.Equal((1, 1), ((int)info["Swarm"]!["Nodes"]!, (int)info["Swarm"]!["Managers"]!));
        Assert.Null(info["Swarm"]!["Cluster"]!["JoinTokens"]);
    }

    [Fact]
    public async Task Two_managers_are_warned_about_where_the_docker_command_shows_it()
    {
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.NodeList.Add(node.Swarm.NodeList[0] with { Id = new("m2") });
        await using var api = await ApiUnderTest.StartAsync(node);
        var info = (await api.GetAsync("/v1.41/info")).Json;
        Assert.StartsWith(
            "WARNING: Running Swarm in a two-manager configuration.", (string)info["Warnings"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_on_one_machine_have_different_ids()
    {
        Assert.NotEqual(MachineFacts.EngineIdOf("a", "/x"), MachineFacts.EngineIdOf("a", "/y"), StringComparer.Ordinal);
        Assert.Equal(MachineFacts.EngineIdOf("a", "/x"), MachineFacts.EngineIdOf("a", "/x"));
    }

    [Fact]
    public async Task Info_counts_containers()
    {
        await using var api = await ApiUnderTest.StartAsync(new() { Containers = new TwoContainers() });
        var info = (await api.GetAsync("/v1.41/info")).Json;
        Assert.Equal(
            (2, 1, 1, 0),
            ((int)info["Containers"]!, (int)info["ContainersRunning"]!, (int)info["ContainersStopped"]!, (int)info["ContainersPaused"]!));
    }

    [Fact]
    public async Task Version_has_every_field_that_docker_has()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var recorded = RecordedDocuments.Read("versions")[0];
        var components = recorded["Components"]!.AsArray();
        while (components.Count > 1)
        {
            components.RemoveAt(1);
        }

        var shown = (await api.GetAsync("/v1.41/version")).Json;
        JsonAssert.SameShape(recorded, shown);
        Assert.Equal(("1.50", "1.24", "amd64"), ((string)shown["ApiVersion"]!, (string)shown["MinAPIVersion"]!, (string)shown["Arch"]!));
    }

    [Theory]
    [InlineData("/images/json", "[]\n")]
    [InlineData("/networks", "[]\n")]
    [InlineData("/plugins", "[]\n")]
    [InlineData("/volumes", "{\"Volumes\":[],\"Warnings\":null}\n")]
    public async Task What_there_is_none_of_is_an_empty_list(string path, string body)
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var answer = await api.GetAsync($"/v1.41{path}");
        Assert.Equal((200, body), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("/distribution/10.77.0.1:5000/app/web:1/json", "manifest for 10.77.0.1:5000/app/web:1 not found: manifest unknown")]
    [InlineData("/images/a/b:1/json", "no such image: a/b:1: No such image: a/b:1")]
    [InlineData("/networks/x", "network x not found")]
    [InlineData("/volumes/x", "get x: no such volume")]
    [InlineData("/plugins/x/json", "plugin \"x\" not found")]
    public async Task What_is_not_there_is_not_found(string path, string message)
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var answer = await api.GetAsync($"/v1.41{path}");
        Assert.Equal((404, message), (answer.Status, answer.Message));
    }

    [SkippableTheory]
    [InlineData("host:latest", true)]
    [InlineData("web:1", true)]
    [InlineData("web:2", false)]
    public async Task An_image_of_the_node_itself_has_no_digest_and_no_warning_is_due(string image, bool isKnown)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the process executor needs Linux");
        var options = new ProcessExecutorOptions { StateDirectory = Path.Combine(Path.GetTempPath(), "none") };
        options.Images.Add("web:1", new ProcessImage { Executable = "/bin/sleep" });
        await using var executor = new ProcessExecutor(options);
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode { Containers = executor }.AsManager());
        var answer = await api.GetAsync($"/v1.41/distribution/{image}/json");
        Assert.Equal(isKnown ? 200 : 404, answer.Status);
        if (isKnown)
        {
            Assert.Equal("""{"mediaType":"","digest":"","size":0}""", answer.Json["Descriptor"]!.ToJsonString());
        }
    }

    [Theory]
    [InlineData("/volumes/create", "volume")]
    [InlineData("/images/create?fromImage=x", "image")]
    public async Task What_cannot_be_made_says_so(string path, string word)
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var answer = await api.PostAsync($"/v1.41{path}", "{}");
        Assert.Equal(501, answer.Status);
        Assert.Contains(word, answer.Message);
    }

    private static FakeSwarmNode NodeOf(JsonNode swarm)
    {
        var node = new FakeSwarmNode();
        if ((bool)swarm["ControlAvailable"]!)
        {
            node.AsManager();
            var manager = node.Swarm.NodeList[0];
            for (var i = 1; i < (int?)swarm["Managers"]; i++)
            {
                node.Swarm.NodeList.Add(manager with { Id = new($"m{i}") });
            }
        }
        else
        {
            node.State = Enum.Parse<LocalNodeState>((string)swarm["LocalNodeState"]!, ignoreCase: true);
            node.Error = (string)swarm["Error"]!;
        }

        const string Prefix = "rpc error: code = Unknown desc = ";
        if (node.IsManager && (string)swarm["Error"]! is { Length: > 0 } error)
        {
            node.Swarm.Failure = new SwarmException(SwarmErrorCode.NoLeader, error[Prefix.Length..]);
        }

        node.RemoteManagers = [.. (swarm["RemoteManagers"]?.AsArray() ?? [])
            .Select(peer => (new NodeId((string)peer!["NodeID"]!), (string)peer["Addr"]!))];
        return node;
    }

    private sealed class TwoContainers : IContainerSource
    {
        private static readonly SwarmTask Task = new() { Id = new("t"), Spec = new() };

        public IReadOnlyList<ContainerInfo> ListContainers() =>
        [
            new() { Id = "a", Name = "a", Task = Task, State = ContainerState.Running },
            new() { Id = "b", Name = "b", Task = Task, State = ContainerState.Exited },
        ];

        public Task SignalAsync(string containerId, string signal, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task StopAsync(string containerId, TimeSpan? gracePeriod, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task RemoveAsync(string containerId, bool force, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<LogLine> ReadLogsAsync(
            string containerId, LogOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IReadOnlyList<ContainerProcess> ListProcesses(string containerId) => throw new NotSupportedException();
    }
}
