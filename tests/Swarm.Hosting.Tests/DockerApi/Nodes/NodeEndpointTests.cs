using System.Text.Json.Nodes;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi;

public sealed class NodeEndpointTests
{
    public static TheoryData<int> RecordedNodes { get; } = [.. Enumerable.Range(0, RecordedDocuments.Read("nodes").Count)];

    [Theory]
    [MemberData(nameof(RecordedNodes))]
    public async Task A_node_is_shown_as_docker_shows_it(int index)
    {
        var recorded = RecordedDocuments.Read("nodes")[index];
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.NodeList.Add(NodeOf(recorded));
        await using var api = await ApiUnderTest.StartAsync(node);
        var shown = (await api.GetAsync($"/v1.41/nodes/{recorded["ID"]}")).Json;
        JsonAssert.SameShape(recorded, shown);
        (recorded["CreatedAt"], recorded["UpdatedAt"]) = ("", "");
        (shown["CreatedAt"], shown["UpdatedAt"]) = ("", "");
        JsonAssert.Same(recorded, shown);
    }

    [Fact]
    public async Task A_node_that_has_not_registered_is_shown_with_empty_parts()
    {
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.NodeList.Add(new() { Id = new("new") });
        await using var api = await ApiUnderTest.StartAsync(node);
        var shown = (await api.GetAsync("/v1.41/nodes/new")).Json;
        Assert.Equal(
            """{"Platform":{},"Resources":{},"Engine":{},"TLSInfo":{}}""", shown["Description"]!.ToJsonString());
        Assert.Equal("""{"State":"unknown"}""", shown["Status"]!.ToJsonString());
        Assert.Equal("0001-01-01T00:00:00Z", (string)shown["CreatedAt"]!);
        Assert.Null(shown["ManagerStatus"]);
    }

    [Fact]
    public async Task User_defined_resources_are_shown_by_kind()
    {
        var node = new FakeSwarmNode().AsManager();
        var resources = new NodeResources
        {
            Generic = [new DiscreteResource("ssd", 3), new NamedResource("gpu", "uuid1")],
        };
        node.Swarm.NodeList.Add(new() { Id = new("rich"), Description = new() { Resources = resources } });
        await using var api = await ApiUnderTest.StartAsync(node);
        Assert.Equal(
            """[{"DiscreteResourceSpec":{"Kind":"ssd","Value":3}},{"NamedResourceSpec":{"Kind":"gpu","Value":"uuid1"}}]""",
            (await api.GetAsync("/v1.41/nodes/rich")).Json["Description"]!["Resources"]!["GenericResources"]!.ToJsonString());
    }

    [Theory]
    [InlineData("{}", "n1id w1 w2")]
    [InlineData("""{"role":{"manager":true}}""", "n1id")]
    [InlineData("""{"role":["worker"]}""", "w1 w2")]
    [InlineData("""{"name":["alp"]}""", "w1")]
    [InlineData("""{"name":["alpha","beta"]}""", "w1 w2")]
    [InlineData("""{"id":["w"]}""", "w1 w2")]
    [InlineData("""{"id":["w"],"name":["beta"]}""", "w2")]
    [InlineData("""{"membership":["accepted"]}""", "n1id w1")]
    [InlineData("""{"membership":["pending"]}""", "w2")]
    [InlineData("""{"node.label":["zone"]}""", "w1 w2")]
    [InlineData("""{"node.label":["zone=a"]}""", "w1")]
    [InlineData("""{"node.label":["zone=a","ssd"]}""", "")]
    [InlineData("""{"label":["rack=r1"]}""", "n1id")]
    public async Task A_list_can_be_filtered(string filters, string ids)
    {
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.NodeList.Add(new()
        {
            Id = new("w1"),
            Spec = new() { Labels = [new("zone", "a")] },
            Description = new() { Hostname = "alpha" },
        });
        node.Swarm.NodeList.Add(new()
        {
            Id = new("w2"),
            Spec = new() { Labels = [new("zone", "b"), new("ssd", "")], Membership = NodeMembership.Pending },
            Description = new() { Hostname = "beta" },
        });
        await using var api = await ApiUnderTest.StartAsync(node);
        var answer = await api.GetAsync($"/v1.41/nodes?filters={Uri.EscapeDataString(filters)}");
        Assert.Equal(ids, string.Join(' ', answer.Json.AsArray().Select(item => (string)item!["ID"]!)));
    }

    [Theory]
    [InlineData("""{"role":["king"]}""", "Invalid role filter: 'king'")]
    [InlineData("""{"membership":["maybe"]}""", "Invalid membership filter: 'maybe'")]
    [InlineData("""{"color":["red"]}""", "Invalid filter 'color'")]
    public async Task A_bad_filter_is_refused(string filters, string message)
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var answer = await api.GetAsync($"/v1.41/nodes?filters={Uri.EscapeDataString(filters)}");
        Assert.Equal((400, message), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_lookup_that_fails_has_the_engines_words()
    {
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.NodeList.AddRange([new() { Id = new("ab1") }, new() { Id = new("ab2") }]);
        await using var api = await ApiUnderTest.StartAsync(node);
        var missing = await api.GetAsync("/v1.41/nodes/nosuch");
        Assert.Equal((404, "node nosuch not found"), (missing.Status, missing.Message));
        var ambiguous = await api.GetAsync("/v1.41/nodes/ab");
        Assert.Equal((400, "node ab is ambiguous (2 matches found)"), (ambiguous.Status, ambiguous.Message));
    }

    [Fact]
    public async Task An_update_replaces_the_spec_but_not_the_membership()
    {
        var node = new FakeSwarmNode().AsManager();
        await using var api = await ApiUnderTest.StartAsync(node);
        var answer = await api.PostAsync(
            "/v1.41/nodes/node1/update?version=9", """{"Labels":{"zone":"a","ssd":""},"Role":"worker","Availability":"drain"}""");
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(0, answer.Response.Content.Headers.ContentLength);
        var spec = new NodeSpec
        {
            Labels = [new("ssd", ""), new("zone", "a")],
            DesiredRole = NodeRole.Worker,
            Availability = NodeAvailability.Drain,
            Membership = NodeMembership.Accepted,
        };
        Assert.Equal((new NodeId("n1id"), new ObjectVersion(9), spec), node.Swarm.NodeUpdate);
    }

    [Theory]
    [InlineData("?version=9", """{"Role":"king","Availability":"active"}""", 400, "invalid Role: \"king\"")]
    [InlineData("?version=9", """{"Role":"worker","Availability":"gone"}""", 400, "invalid Availability: \"gone\"")]
    [InlineData("?version=9", """{"Role":"worker"}""", 400, "invalid Availability: \"\"")]
    [InlineData(
        "", """{"Role":"worker","Availability":"active"}""", 400,
        "invalid node version '': strconv.ParseUint: parsing \"\": invalid syntax")]
    [InlineData(
        "?version=1", """{"Role":"worker","Availability":"active"}""", 409,
        "rpc error: code = Unknown desc = update out of sequence")]
    public async Task A_bad_update_is_refused(string query, string body, int status, string message)
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var answer = await api.PostAsync($"/v1.41/nodes/n1id/update{query}", body);
        Assert.Equal((status, message), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_node_that_is_not_down_is_only_removed_with_force()
    {
        var node = new FakeSwarmNode().AsManager();
        await using var api = await ApiUnderTest.StartAsync(node);
        var refused = await api.SendAsync(HttpMethod.Delete, "/v1.41/nodes/node1");
        Assert.Equal(
            (400, "rpc error: code = FailedPrecondition desc = node n1id is not down and can't be removed"),
            (refused.Status, refused.Message));
        var done = await api.SendAsync(HttpMethod.Delete, "/v1.41/nodes/node1?force=1");
        Assert.Equal((200, ""), (done.Status, done.Body));
        Assert.Equal((new NodeId("n1id"), true), node.Swarm.NodeRemoval);
    }

    private static Node NodeOf(JsonNode recorded)
    {
        var (spec, description, status) = (recorded["Spec"]!, recorded["Description"]!, recorded["Status"]!);
        var (engine, tls) = (description["Engine"]!, description["TLSInfo"]!);
        return new Node
        {
            Id = new((string)recorded["ID"]!),
            Version = new((ulong)recorded["Version"]!["Index"]!),
            CreatedAt = DateTimeOffset.Parse((string)recorded["CreatedAt"]!),
            UpdatedAt = DateTimeOffset.Parse((string)recorded["UpdatedAt"]!),
            Spec = new()
            {
                Labels = spec["Labels"]!.AsObject()
                    .Select(label => KeyValuePair.Create(label.Key, (string)label.Value!)).ToValueDictionary(),
                DesiredRole = NodeText.ReadRole((string)spec["Role"]!),
                Availability = NodeText.ReadAvailability((string)spec["Availability"]!),
            },
            Description = new()
            {
                Hostname = (string)description["Hostname"]!,
                Platform = new("x86_64", "linux"),
                Resources = new()
                {
                    NanoCpus = (long)description["Resources"]!["NanoCPUs"]!,
                    MemoryBytes = (long)description["Resources"]!["MemoryBytes"]!,
                },
                Engine = new()
                {
                    Version = (string)engine["EngineVersion"]!,
                    Plugins = engine["Plugins"]!.AsArray()
                        .Select(plugin => new EnginePlugin((string)plugin!["Type"]!, (string)plugin["Name"]!)).ToValueList(),
                },
                Tls = new(
                    (string)tls["TrustRoot"]!,
                    Convert.FromBase64String((string)tls["CertIssuerSubject"]!).ToValueList(),
                    Convert.FromBase64String((string)tls["CertIssuerPublicKey"]!).ToValueList()),
            },
            Status = new(
                Enum.Parse<NodeState>((string)status["State"]!, ignoreCase: true),
                (string?)status["Message"] ?? "",
                (string?)status["Addr"] ?? ""),
            ManagerStatus = recorded["ManagerStatus"] is { } manager
                ? new ManagerStatus(
                    1,
                    (string)manager["Addr"]!,
                    (bool?)manager["Leader"] ?? false,
                    Enum.Parse<Reachability>((string)manager["Reachability"]!, ignoreCase: true))
                : null,
        };
    }
}
