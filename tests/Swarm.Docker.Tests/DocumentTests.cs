using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Docker.Engine;
using Swarm.Docker.Execution;
using Swarm.Hosting.DockerApi;

namespace Swarm.Docker.Tests;

/// <summary>Documents of an engine become the node's, and part of this API's own.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void A_node_is_described_by_what_its_engine_says()
    {
        const string json = """
            {"Name":"host1","Architecture":"x86_64","OSType":"linux","ServerVersion":"20.10.24","NCPU":4,"MemTotal":8000,
             "Labels":["disk=ssd","plain","kind=engine"],
             "Plugins":{"Volume":["local"],"Network":["overlay","bridge"],"Authorization":null,"Log":["local","json-file"]},
             "GenericResources":[{"NamedResourceSpec":{"Kind":"gpu","Value":"a"}},{"DiscreteResourceSpec":{"Kind":"ssd","Value":3}}]}
            """;
        var info = EngineBody.Parse(System.Text.Encoding.UTF8.GetBytes(json), EngineJson.Wire.EngineInfoDocument);

        var node = NodeFacts.Describe(info, new() { EngineLabels = [new("kind", "node")] });

        Assert.Equal("host1", node.Hostname);
        Assert.Equal(new("x86_64", "linux"), node.Platform);
        Assert.Equal((4_000_000_000, 8000), (node.Resources.NanoCpus, node.Resources.MemoryBytes));
        Assert.Equal([new NamedResource("gpu", "a"), new DiscreteResource("ssd", 3)], node.Resources.Generic);
        Assert.Equal("20.10.24", node.Engine!.Version);
        Assert.Equal([new("disk", "ssd"), new("kind", "node"), new("plain", "")], node.Engine.Labels);
        Assert.Equal(
            [new("Log", "json-file"), new("Log", "local"), new("Network", "bridge"), new("Network", "overlay"), new("Volume", "local")],
            node.Engine.Plugins);
    }

    [Fact]
    public void Info_has_the_facts_of_the_engine_and_our_place_in_the_swarm()
    {
        var engine = JsonNode.Parse(
            """{"Name":"engine","Driver":"overlay2","Swarm":{"LocalNodeState":"inactive"},"SecurityOptions":["name=seccomp"],"Labels":["a=b"]}""")!;
        var own = new InfoDocument
        {
            Id = "ours",
            Plugins = new() { Volume = [], Network = [], Log = [] },
            CgroupVersion = "2",
            KernelVersion = "",
            OperatingSystem = "",
            OsVersion = "",
            OsType = "linux",
            Architecture = "",
            DockerRootDir = "",
            Name = "node1",
            Labels = ["a=b", "c=d"],
            ServerVersion = "1",
            Runtimes = [],
            DefaultRuntime = "",
            SecurityOptions = ["name=sealed"],
            Swarm = new() { LocalNodeState = "active" },
        };

        var merged = EngineDocuments.MergeInfo(engine.AsObject(), own);

        Assert.Equal(("node1", "overlay2", "active"), ((string?)merged["Name"], (string?)merged["Driver"], (string?)merged["Swarm"]!["LocalNodeState"]));
        Assert.Equal(["name=seccomp", "name=sealed"], merged["SecurityOptions"]!.AsArray().Select(option => (string?)option));
        Assert.Equal(["a=b", "c=d"], merged["Labels"]!.AsArray().Select(label => (string?)label));
        Assert.Null(merged["ID"]);
    }

    [Fact]
    public void Networks_that_stand_for_one_of_the_swarm_are_shown_once()
    {
        var swarm = new NetworkDocument { Name = "inner", Id = "id1", Scope = "swarm", Driver = "overlay", Addressing = new(), ConfigFrom = new("") };
        var engine = JsonNode.Parse(
            """[{"Name":"bridge","Labels":{}},{"Name":"inner","Containers":{"c":{}},"Labels":{"com.docker.swarm.network.id":"id1"}},{"Name":"none","Labels":null}]""")!
            .AsArray();

        Assert.Equal(
            ["inner", "bridge", "none"],
            EngineDocuments.MergeNetworks([swarm], engine).Select(network => (string?)network!["Name"]));
        Assert.NotNull(EngineDocuments.WithContainers(swarm, engine[1])["Containers"]!["c"]);
        Assert.Null(EngineDocuments.WithContainers(swarm with { Id = "other" }, engine[1])["Containers"]);
    }

    [Fact]
    public void An_error_without_a_reason_and_one_that_is_no_json_are_told_as_such()
    {
        Assert.Throws<InvalidDataException>(() => EngineBody.Parse("<html>"u8, EngineJson.Wire.EngineErrorDocument));
        Assert.Throws<InvalidDataException>(() => EngineBody.Parse("null"u8, EngineJson.Wire.EngineErrorDocument));
        Assert.Equal("x", JsonSerializer.Deserialize("""{"message":"x"}""", EngineJson.Wire.EngineErrorDocument)!.Message);
    }
}
