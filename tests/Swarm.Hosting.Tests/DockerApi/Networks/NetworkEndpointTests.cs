using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Allocation;
using Swarm.Control;
using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Networks;

public sealed class NetworkEndpointTests : IAsyncLifetime, IDisposable
{
    private const string Failed = "rpc error: code = FailedPrecondition desc = ";

    private readonly CancellationTokenSource _stop = new();
    private ApiHost _api = null!;
    private Task _allocator = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        await _api.Store.UpdateAsync(transaction => transaction.Create(new Cluster { Id = new("c"), RootCa = new() }));
        await PredefinedNetworks.EnsureAsync(_api.Store, new Identity.RandomIdGenerator(), default);
        _allocator = new Allocator(_api.Store, NullLogger<Allocator>.Instance).RunAsync(_stop.Token);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_allocator);
        Assert.False(_allocator.IsFaulted, _allocator.Exception?.ToString());
        await _api.DisposeAsync();
    }

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task A_network_is_shown_as_Docker_shows_it()
    {
        var id = await CreateAsync("""
            {"CheckDuplicate":true,"Driver":"overlay","Scope":"","EnableIPv6":false,"IPAM":{"Driver":"default","Options":{},
            "Config":[{"Subnet":"10.99.0.0/24","IPRange":"10.99.0.128/25","Gateway":"10.99.0.1"}]},"Internal":true,
            "Attachable":false,"Ingress":false,"ConfigOnly":false,"ConfigFrom":null,
            "Options":{"com.docker.network.driver.mtu":"1400"},"Labels":{"a":"b"},"Name":"custom"}
            """);

        var network = await AllocatedAsync("custom");

        network.AsObject().Remove("Created");
        const string expected = """
            {"Name":"custom","Id":"ID","Scope":"swarm","Driver":"overlay","EnableIPv6":false,"IPAM":{"Driver":"default",
            "Options":null,"Config":[{"Subnet":"10.99.0.0/24","IPRange":"10.99.0.128/25","Gateway":"10.99.0.1"}]},
            "Internal":true,"Attachable":false,"Ingress":false,"ConfigFrom":{"Network":""},"ConfigOnly":false,
            "Containers":null,"Options":{"com.docker.network.driver.mtu":"1400",
            "com.docker.network.driver.overlay.vxlanid_list":"4097"},"Labels":{"a":"b"}}
            """;
        Assert.Equal(
            expected.ReplaceLineEndings(""),
            network.ToJsonString().Replace(id, "ID", StringComparison.Ordinal));
        Assert.Equal(id, (await _api.GetAsync($"networks/{id[..12]}?scope=swarm"))["Id"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_encrypted_attachable_network_keeps_its_options()
    {
        await CreateAsync("""{"Name":"enc","Driver":"overlay","Attachable":true,"Options":{"encrypted":""}}""");

        var network = await AllocatedAsync("enc");

        Assert.True(network["Attachable"]!.GetValue<bool>());
        Assert.Equal("", network["Options"]!["encrypted"]!.GetValue<string>());
        Assert.Equal("10.0.1.0/24", network["IPAM"]!["Config"]![0]!["Subnet"]!.GetValue<string>());
        Assert.Equal("10.0.1.1", network["IPAM"]!["Config"]![0]!["Gateway"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(409, "network with name front already exists", """{"Name":"front","Driver":"overlay"}""")]
    [InlineData(409, "network with name host already exists", """{"Name":"host","Driver":"overlay"}""")]
    [InlineData(
        409,
        "rpc error: code = AlreadyExists desc = ingress network (ID) is already present",
        """{"Name":"ing2","Driver":"overlay","Ingress":true}""")]
    [InlineData(
        400,
        "rpc error: code = InvalidArgument desc = ingress network cannot be attachable",
        """{"Name":"ing3","Driver":"overlay","Ingress":true,"Attachable":true}""")]
    [InlineData(
        400,
        "rpc error: code = InvalidArgument desc = name must be valid as a DNS name component",
        """{"Name":"b d","Driver":"overlay"}""")]
    [InlineData(404, "plugin \"nosuchdriver\" not found", """{"Name":"x","Driver":"nosuchdriver"}""")]
    [InlineData(
        403,
        "cannot downgrade network scope for overlay networks",
        """{"Name":"x","Driver":"overlay","Scope":"local"}""")]
    [InlineData(403, "Ingress network can only be global scope network", """{"Name":"x","Driver":"bridge","Ingress":true}""")]
    [InlineData(
        400,
        "rpc error: code = InvalidArgument desc = ipam configuration: invalid subnet 10.99.0.0/33",
        """{"Name":"bs","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.99.0.0/33"}]}}""")]
    [InlineData(
        400,
        "IPv4 cannot be switched off: networks of the swarm have IPv4 addresses",
        """{"Name":"x","Driver":"overlay","EnableIPv4":false}""")]
    [InlineData(
        400,
        "an overlay network cannot take its configuration from cfg: the swarm has its configuration",
        """{"Name":"x","Driver":"overlay","ConfigFrom":{"Network":"cfg"}}""")]
    [InlineData(
        400,
        "IPAM driver default has no option a",
        """{"Name":"x","Driver":"overlay","IPAM":{"Driver":"default","Options":{"a":"b"}}}""")]
    public async Task Mistakes_have_Dockers_statuses_and_texts(int status, string text, string body)
    {
        await CreateAsync("""{"Name":"front","Driver":"overlay"}""");
        var ingress = await _api.Client.Networks.FindAsync("ingress");

        await RefusesAsync(status, text.Replace("ID", ingress.Id.Value, StringComparison.Ordinal), "POST", "networks/create", body);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_what_is_used_stays()
    {
        var id = await CreateAsync("""{"Name":"front","Driver":"overlay"}""");
        var service = await _api.CreateAsync("web", ""","Networks":[{"Target":"front"}]""");

        await RefusesAsync(404, "network nosuch not found", "GET", "networks/nosuch");
        await RefusesAsync(404, "network nosuch not found", "DELETE", "networks/nosuch");
        await RefusesAsync(400, $"{Failed}network {id} is in use by service {service}", "DELETE", "networks/front");
        await RefusesAsync(404, "network none not found", "GET", "networks/none?scope=swarm");
        await RefusesAsync(403, "host is a pre-defined network and cannot be removed", "DELETE", "networks/host");
        Assert.Equal((200, null), await _api.SendAsync("DELETE", "services/web"));
        Assert.Equal((204, null), await _api.SendAsync("DELETE", "networks/front"));
    }

    [Theory]
    [InlineData("""{"driver":{"overlay":true}}""", "back front ingress")]
    [InlineData("""{"driver":{"bridge":true}}""", "mine")]
    [InlineData("""{"name":{"^fr":true}}""", "front")]
    [InlineData("""{"name":{"ac":true,"ing":true}}""", "back ingress")]
    [InlineData("""{"label":{"tier=1":true}}""", "back")]
    [InlineData("""{"scope":{"local":true}}""", "")]
    [InlineData("""{"scope":{"swarm":true}}""", "back front ingress mine")]
    [InlineData("""{"type":{"builtin":true}}""", "")]
    [InlineData("""{"type":{"custom":true}}""", "back front ingress mine")]
    [InlineData("""{"dangling":{"true":true}}""", "back ingress mine")]
    [InlineData("""{"dangling":{"false":true}}""", "front")]
    public async Task Lists_are_filtered(string filter, string names)
    {
        await CreateSomeAsync();

        Assert.Equal(names, await NamesAsync($"networks?{ApiHost.Filter(filter)}"));
    }

    [Fact]
    public async Task Prune_takes_what_no_service_uses_but_not_the_routing_mesh()
    {
        await CreateSomeAsync();

        var (_, kept) = await _api.SendAsync("POST", $"networks/prune?{ApiHost.Filter("""{"label":{"tier=2":true}}""")}");
        Assert.Equal("""{"NetworksDeleted":null}""", kept!.ToJsonString());
        var (status, answer) = await _api.SendAsync("POST", "networks/prune");

        Assert.Equal(200, status);
        Assert.Equal(
            ["back", "mine"],
            answer!["NetworksDeleted"]!.AsArray().Select(name => name!.GetValue<string>()).Order());
        Assert.Equal("front ingress", await NamesAsync("networks"));
    }

    [Fact]
    public async Task A_service_shows_its_addresses_and_the_network_its_services()
    {
        var id = await CreateAsync("""{"Name":"front","Driver":"overlay"}""");
        await AllocatedAsync("front");
        await _api.CreateAsync("web", ""","Networks":[{"Target":"front","Aliases":["site"]}]""");
        var service = await UntilAsync("services/web", item => item["Endpoint"]?["VirtualIPs"] is not null);

        Assert.Equal(
            $$"""[{"NetworkID":"{{id}}","Addr":"10.0.1.2/24"}]""",
            service["Endpoint"]!["VirtualIPs"]!.ToJsonString());
        Assert.Equal(
            $$"""[{"Target":"{{id}}","Aliases":["site"]}]""",
            service["Spec"]!["Networks"]!.ToJsonString());
        var all = await _api.GetAsync("networks/front?verbose=true");
        Assert.Equal("{}", all["Services"]!.ToJsonString());
        Assert.Equal(
            """{"IPAM":{"Subnets":{"10.0.1.0/24":{"IPsInUse":2,"DynamicIPsAvailable":252}}}}""",
            all["Status"]!.ToJsonString());
    }

    [Fact]
    public async Task A_network_that_fills_up_says_so()
    {
        await CreateAsync("""{"Name":"small","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.7.0.0/29"}]}}""");
        Assert.Null((await AllocatedAsync("small"))["Warnings"]);
        for (var i = 0; i < 4; i++)
        {
            await _api.CreateAsync($"web{i}", ""","Networks":[{"Target":"small"}]""");
        }

        var network = await UntilAsync("networks/small", answer => answer["Warnings"] is not null
            && answer["Warnings"]![0]!.GetValue<string>().Contains("5 of", StringComparison.Ordinal));

        Assert.Equal(
            """["subnet 10.7.0.0/29 is 75 % full or more: 5 of 6 addresses used"]""",
            network["Warnings"]!.ToJsonString());
    }

    [Fact]
    public async Task Networks_are_pruned_by_their_age()
    {
        await CreateAsync("""{"Name":"old","Driver":"overlay"}""");

        var (_, kept) = await _api.SendAsync("POST", """networks/prune?filters={"until":["24h"]}""");
        Assert.Equal("""{"NetworksDeleted":null}""", kept!.ToJsonString());

        var (_, gone) = await _api.SendAsync("POST", """networks/prune?filters={"until":["0s"]}""");
        Assert.Equal("""{"NetworksDeleted":["old"]}""", gone!.ToJsonString());

        await RefusesAsync(400, "invalid value for \"until\": \"soon\"", "POST", """networks/prune?filters={"until":["soon"]}""");
    }

    private async Task CreateSomeAsync()
    {
        await CreateAsync("""{"Name":"front","Driver":"overlay"}""");
        await CreateAsync("""{"Name":"back","Driver":"overlay","Labels":{"tier":"1"}}""");
        await CreateAsync("""{"Name":"mine","Driver":"bridge","Scope":"swarm"}""");
        await _api.CreateAsync("web", ""","Networks":[{"Target":"front"}]""");
    }

    private async Task<string> CreateAsync(string body)
    {
        var (status, answer) = await _api.SendAsync("POST", "networks/create", body);
        Assert.True(status == 201, $"{status} {answer?.ToJsonString()}");
        Assert.Equal("", answer!["Warning"]!.GetValue<string>());
        return answer["Id"]!.GetValue<string>();
    }

    private Task<JsonNode> AllocatedAsync(string name) =>
        UntilAsync($"networks/{name}", network => network["IPAM"]!["Config"] is not null);

    // Wakes up with every change of the store.
    private async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> wanted)
    {
        using var feed = _api.Store.Watch();
        while (true)
        {
            var answer = await _api.GetAsync(path);
            if (wanted(answer))
            {
                return answer;
            }

            Assert.True(await feed.WaitAsync(default));
            while (feed.TryRead(out _))
            {
                // Only that something changed matters.
            }
        }
    }

    private async Task<string> NamesAsync(string path) => string.Join(' ', (await _api.GetAsync(path)).AsArray()
        .Select(item => item!["Name"]!.GetValue<string>())
        .Order(StringComparer.Ordinal));

    private async Task RefusesAsync(int status, string text, string method, string path, string? body = null)
    {
        var (actual, answer) = await _api.SendAsync(method, path, body);
        Assert.Equal((status, text), (actual, answer?["message"]?.GetValue<string>()));
    }
}
