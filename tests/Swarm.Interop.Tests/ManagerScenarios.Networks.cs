using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Overlay networks: the manager gives addresses, the engines carry the packets and answer for the names.</summary>
public abstract partial class ManagerScenarios
{
    [SkippableFact]
    public async Task Services_on_one_network_find_and_reach_each_other_across_engines()
    {
        await OrSkipAsync();
        await Swarm.Docker.OkAsync("network", "create", "--driver", "overlay", "meet");
        await Swarm.CreateAsync(
            "server",
            ["--mode", "global", "--network", "meet", "--endpoint-mode", "dnsrr"],
            "httpd", "-f", "-p", "80", "-h", "/www");
        await Swarm.CreateAsync(
            "client",
            ["--network", "name=meet,alias=visitor", "--endpoint-mode", "dnsrr", "--constraint", $"node.hostname=={Last.Name}"]);
        var servers = await Swarm.RunningAsync("server", Count);
        var client = Assert.Single(await Swarm.RunningAsync("client", 1));
        var container = Assert.Single(await Last.ContainersAsync("client"));
        var addresses = await Task.WhenAll(servers.Select(AddressAsync));

        foreach (var name in new[] { "server", "tasks.server", "server.meet" })
        {
            await Swarm.BecomesAsync(
                () => ResolveAsync(Last, container, name),
                found => found.SetEquals(addresses),
                $"{name} is {string.Join(", ", addresses)}");
        }

        Assert.Equal([await AddressAsync(client)], await ResolveAsync(Last, container, "visitor"));
        foreach (var address in addresses)
        {
            await Swarm.BecomesAsync(
                () => FetchAsync(Last, container, address),
                page => page.EndsWith("hello\n", StringComparison.Ordinal),
                $"{address} answers");
        }
    }

    [SkippableFact]
    public async Task A_service_with_a_virtual_address_is_found_by_it_and_its_tasks_by_theirs()
    {
        await OrSkipAsync();
        await Swarm.Docker.OkAsync("network", "create", "--driver", "overlay", "virtual");
        await Swarm.CreateAsync("vip", ["--network", "virtual", "--replicas", $"{Count}"]);
        await Swarm.CreateAsync("asks", ["--network", "virtual", "--constraint", $"node.hostname=={Last.Name}"]);
        var tasks = await Swarm.RunningAsync("vip", Count);
        await Swarm.RunningAsync("asks", 1);
        var container = Assert.Single(await Last.ContainersAsync("asks"));
        var addresses = await Task.WhenAll(tasks.Select(AddressAsync));
        var virtualAddress = (await Swarm.Docker.OkAsync(
            "service", "inspect", "--format", "{{(index .Endpoint.VirtualIPs 0).Addr}}", "vip")).Split('/')[0];

        await Swarm.BecomesAsync(
            () => ResolveAsync(Last, container, "tasks.vip"),
            found => found.SetEquals(addresses),
            $"tasks.vip is {string.Join(", ", addresses)}");
        Assert.Equal([virtualAddress], await ResolveAsync(Last, container, "vip"));
        Assert.DoesNotContain(virtualAddress, addresses);
    }

    // Both managers are asked for the same things and must give the same.
    [SkippableFact]
    public async Task The_same_commands_get_the_same_addresses_from_every_manager()
    {
        await OrSkipAsync();
        await Swarm.DissolveAsync();
        await Swarm.EnsureAsync();
        var nodes = (await Swarm.NodesAsync()).Length;
        var there = new[] { "--constraint", $"node.hostname=={Last.Name}" };
        await CreateNetworkAsync("a");
        await CreateNetworkAsync("b", "--subnet", "10.77.0.0/24", "--gateway", "10.77.0.9", "--ip-range", "10.77.0.64/26");
        await CreateNetworkAsync("c");
        Assert.Equal("10.0.0.0/24 10.0.0.1 4096", await NetworkAsync("ingress"));
        Assert.Equal("10.0.1.0/24 10.0.1.1 4097", await NetworkAsync("a"));
        Assert.Equal("10.77.0.0/24 10.77.0.9 4098", await NetworkAsync("b"));
        Assert.Equal("10.0.2.0/24 10.0.2.1 4099", await NetworkAsync("c"));

        await Swarm.CreateAsync("s1", [.. there, "--network", "a"]);
        Assert.Equal("a=10.0.1.2/24 | a=10.0.1.3/24", await AllocatedAsync("s1"));
        Assert.Equal("10.0.1.4/24", await BalancerAsync("a"));

        await Swarm.CreateAsync("s2", [.. there, "--network", "a", "--network", "b"]);
        Assert.Equal(
            "a=10.0.1.5/24 b=10.77.0.64/24 | a=10.0.1.6/24 b=10.77.0.65/24", await AllocatedAsync("s2"));
        Assert.Equal("10.77.0.66/24", await BalancerAsync("b"));

        await Swarm.CreateAsync("s3", [.. there, "--network", "a", "--endpoint-mode", "dnsrr"]);
        Assert.Equal(" | a=10.0.1.7/24", await AllocatedAsync("s3"));

        await Swarm.Docker.OkAsync("service", "update", "--detach", "--network-add", "c", "s1");
        Assert.Equal("a=10.0.1.2/24 c=10.0.2.2/24 | a=10.0.1.8/24 c=10.0.2.3/24", await AllocatedAsync("s1", "c="));
        Assert.Equal("10.0.2.4/24", await BalancerAsync("c"));

        await Swarm.Docker.OkAsync("service", "update", "--detach", "--endpoint-mode", "vip", "s3");
        Assert.Equal("a=10.0.1.9/24 | a=10.0.1.10/24", await AllocatedAsync("s3", "a=10.0.1.10"));

        await Swarm.Docker.OkAsync("service", "rm", "s1");
        await Swarm.Docker.OkAsync("network", "rm", "c");
        await CreateNetworkAsync("d");
        Assert.Equal("10.0.3.0/24 10.0.3.1 4100", await NetworkAsync("d"));

        await Swarm.CreateAsync("s4", [.. there, "--publish", "80", "--network", "d"]);
        Assert.Equal(
            $"d=10.0.3.2/24 ingress=10.0.0.{nodes + 2}/24 | d=10.0.3.3/24 ingress=10.0.0.{nodes + 3}/24",
            await AllocatedAsync("s4", running: false));
        Assert.Equal(
            "30000\n",
            await Swarm.Docker.OkAsync("service", "inspect", "--format", "{{(index .Endpoint.Ports 0).PublishedPort}}", "s4"));
    }

    [SkippableFact]
    public async Task A_network_in_use_stays_and_a_second_of_its_name_is_refused()
    {
        await OrSkipAsync();
        await CreateNetworkAsync("used");
        await Swarm.CreateAsync("user", ["--network", "used", "--endpoint-mode", "dnsrr"]);
        var id = (await Swarm.Docker.OkAsync("network", "inspect", "--format", "{{.ID}}", "used")).Trim();
        var service = (await Swarm.Docker.OkAsync("service", "inspect", "--format", "{{.ID}}", "user")).Trim();

        await RefusedAsync(
            $"rpc error: code = FailedPrecondition desc = network {id} is in use by service {service}", "network", "rm", "used");
        await RefusedAsync("network with name used already exists", "network", "create", "--driver", "overlay", "used");
        await RefusedAsync("network with name host already exists", "network", "create", "--driver", "overlay", "host");
        await RefusedAsync("is already present", "network", "create", "--driver", "overlay", "--ingress", "second");
        await RefusedAsync(
            "ingress network cannot be attachable", "network", "create", "--driver", "overlay", "--ingress", "--attachable", "x");
        await RefusedAsync("network nosuch not found", "service", "update", "--detach", "--network-add", "nosuch", "user");
    }

    [SkippableFact]
    public async Task A_service_runs_on_the_network_of_its_node()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("onhost", ["--network", "host", "--constraint", $"node.hostname=={Last.Name}"]);
        await Swarm.RunningAsync("onhost", 1);
        var container = Assert.Single(await Last.ContainersAsync("onhost"));

        Assert.Contains("inet " + Last.Address, (await Last.ExecAsync(container, "ip", "addr")).Output);
    }

    [SkippableFact]
    public async Task A_container_of_an_engine_takes_part_in_an_attachable_network_only()
    {
        await OrSkipAsync();
        await CreateNetworkAsync("open", "--attachable");
        await CreateNetworkAsync("closed");
        await Swarm.CreateAsync("page", ["--network", "open", "--endpoint-mode", "dnsrr"], "httpd", "-f", "-p", "80", "-h", "/www");
        var task = Assert.Single(await Swarm.RunningAsync("page", 1));
        var guest = (await Last.Docker.OkAsync(
            "run", "--detach", "--network", "open", TestImage.First, "sleep", "100000")).Trim();
        try
        {
            var address = await AddressAsync(task);
            await Swarm.BecomesAsync(
                () => ResolveAsync(Last, guest, "page"), found => found.SetEquals([address]), $"page is {address}");
            await Swarm.BecomesAsync(
                () => FetchAsync(Last, guest, address),
                page => page.EndsWith("hello\n", StringComparison.Ordinal),
                $"page on {task.Node} answers a container on {Last.Name}");
            var refused = await Last.Docker.RunAsync("run", "--network", "closed", TestImage.First, "true");
            Assert.Contains(
                "rpc error: code = PermissionDenied desc = network closed not manually attachable",
                refused.Error);
            Assert.DoesNotContain(
                "open", (await Swarm.Docker.RunAsync("network", "rm", "open")).Output, StringComparison.Ordinal);
        }
        finally
        {
            await Last.Docker.OkAsync("rm", "--force", guest);
        }
    }

    private Task<string> CreateNetworkAsync(string name, params string[] flags) =>
        Swarm.Docker.OkAsync(["network", "create", "--driver", "overlay", .. flags, name]);

    private async Task RefusedAsync(string text, params string[] command)
    {
        var refused = await Swarm.Docker.RunAsync(command);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(text, refused.Error);
    }

    private async Task<string> NetworkAsync(string name) => (await Swarm.BecomesAsync(
        () => Swarm.Docker.OkAsync(
            "network", "inspect", "--format",
            "{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}} "
            + "{{index .Options \"com.docker.network.driver.overlay.vxlanid_list\"}}",
            name),
        text => text.Trim().Contains(' ', StringComparison.Ordinal),
        $"network {name} has a subnet")).Trim();

    // Virtual addresses of the service, then those of its task, each by the name of the network.
    private async Task<string> AllocatedAsync(string service, string ofTask = "=", bool running = true)
    {
        var networks = (await Swarm.Docker.JsonAsync("network", "ls", "--no-trunc"))
            .ToDictionary(network => network.Text("ID"), network => network.Text("Name"));
        return await Swarm.BecomesAsync(
            AskAsync,
            text => text.Split('|')[1].Contains(ofTask, StringComparison.Ordinal),
            $"{service} and its task have their addresses");

        async Task<string> AskAsync()
        {
            var vips = await Swarm.Docker.LinesAsync(
                "service", "inspect", "--format",
                "{{range .Endpoint.VirtualIPs}}{{println .NetworkID .Addr}}{{end}}", service);
            var task = Assert.Single(await Swarm.TasksAsync(service), task => task.IsWanted && (task.Runs || !running));
            var addresses = await Swarm.Docker.LinesAsync(
                "inspect", "--type", "task", "--format",
                "{{range .NetworksAttachments}}{{println .Network.ID (index .Addresses 0)}}{{end}}", task.Id);
            return $"{Write(vips)} | {Write(addresses)}";
        }

        string Write(string[] lines) => string.Join(' ', lines
            .Select(line => line.Split(' '))
            .Select(parts => $"{networks[parts[0]]}={parts[1]}")
            .Order(StringComparer.Ordinal));
    }

    // The address that the balancer of the last engine speaks from.
    private async Task<string> BalancerAsync(string network) => (await Swarm.BecomesAsync(
        () => Last.Docker.OkAsync(
            "network", "inspect", "--format", $"{{{{with index .Containers \"lb-{network}\"}}}}{{{{.IPv4Address}}}}{{{{end}}}}",
            network),
        text => text.Trim().Length > 0,
        $"{Last.Name} has an address on {network}")).Trim();

    private async Task<string> AddressAsync(SeenTask task) => (await Swarm.Docker.OkAsync(
        "inspect", "--type", "task", "--format", "{{index (index .NetworksAttachments 0).Addresses 0}}", task.Id)).Split('/')[0];

    // The static busybox cannot look up services, so its wget is of no use.
    private static async Task<string> FetchAsync(DockerEngine engine, string container, string address) =>
        (await engine.ExecAsync(
            container, "sh", "-c", $"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {address} 80")).Output;

    private static async Task<HashSet<string>> ResolveAsync(DockerEngine engine, string container, string name)
    {
        var answer = await engine.ExecAsync(container, "nslookup", "-type=a", name, "127.0.0.11");
        return [.. answer.Output.Split('\n')
            .SkipWhile(line => !line.StartsWith("Name:", StringComparison.Ordinal))
            .Where(line => line.StartsWith("Address", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[^1])];
    }
}
