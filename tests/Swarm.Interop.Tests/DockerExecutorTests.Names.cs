using System.Text.RegularExpressions;
using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <content>Names and virtual addresses of services for containers.</content>
public sealed partial class DockerExecutorTests
{
    private const string Tables = "nft list tables";

    [SkippableFact]
    public async Task A_service_s_name_is_its_virtual_address_and_that_leads_to_every_task_at_any_port()
    {
        await RequireTranslationAsync();
        await Docker.OkAsync("network", "create", "--driver", "overlay", "inner");
        await ServeAsync("back", 2, "--network", "name=inner,alias=rear");
        await Swarm.CreateAsync("front", ["--network", "inner", "--endpoint-mode", "dnsrr"]);
        await Swarm.RunningAsync("back", 2);
        await Swarm.RunningAsync("front", 1);
        var front = Assert.Single(await Node.ContainersAsync("front"));
        var address = await VirtualAddressAsync("back");

        foreach (var name in new[] { "back", "rear", "back.inner" })
        {
            Assert.Equal([address], await LookUpAsync(front, name));
        }

        var tasks = await Swarm.BecomesAsync(
            () => LookUpAsync(front, "tasks.back"), found => found.Length == 2, "both tasks have names");
        Assert.DoesNotContain(address, tasks);
        Assert.Equal(await AddressesAsync("front", "inner"), await LookUpAsync(front, "front"));
        Assert.Equal((await AddressesAsync("back", "inner")).Order(), tasks.Order());
        foreach (var url in new[] { "http://back/", "http://back:8081/" })
        {
            Assert.Equal(["1", "2"], await AskOftenAsync(front, url));
        }

        Assert.NotEqual(0, (await Docker.RunAsync("exec", front, "wget", "-qO-", "http://back:9/")).ExitCode);

        // A task of the service reaches the others of it, and itself.
        Assert.Equal(["1", "2"], await AskOftenAsync((await Node.ContainersAsync("back"))[0], "http://back/"));
    }

    [SkippableFact]
    public async Task Packets_without_a_connection_are_spread_over_the_tasks_as_well()
    {
        await RequireTranslationAsync();
        Skip.If(Shell.Find("perl") is null, "perl is not installed (Debian: perl-base)");
        await Docker.OkAsync("network", "create", "--driver", "overlay", "inner");
        await ServeAsync("back", 2, "--network", "inner");
        await Swarm.CreateAsync("front", ["--network", "inner"]);
        await Swarm.RunningAsync("back", 2);
        await Swarm.RunningAsync("front", 1);
        foreach (var container in await Node.ContainersAsync("back"))
        {
            const string answer =
                "$s=IO::Socket::INET->new(Proto=>'udp',LocalPort=>99);alarm 60;while($s->recv($m,9)){$s->send($ARGV[0])}";
            var serve = $"nsenter --net --target {await ProcessAsync(container)} perl -MIO::Socket -e \"$1\" {container}";
            await Node.RunAsync("sh", "-c", $"{serve} >/dev/null 2>&1 &", "serve", answer);
        }

        const string ask =
            "$s=IO::Socket::INET->new(Proto=>'udp',PeerAddr=>$ARGV[0]);alarm 2;$s->send('x');$s->recv($m,99);print $m";
        var front = await ProcessAsync(Assert.Single(await Node.ContainersAsync("front")));
        var place = $"{await VirtualAddressAsync("back")}:99";

        var heard = new HashSet<string>();
        await Swarm.BecomesAsync(
            async () =>
            {
                heard.Add((await Node.RunAsync(
                    "nsenter", "--net", "--target", front, "perl", "-MIO::Socket", "-e", ask, place)).Output);
                heard.Remove("");
                return heard.Count;
            },
            count => count == 2,
            "both tasks have answered");
        Assert.Equal((await Node.ContainersAsync("back")).Order(), heard.Order());
    }

    [SkippableFact]
    public async Task A_task_on_two_networks_reaches_the_services_of_both()
    {
        await RequireTranslationAsync();
        await Docker.OkAsync("network", "create", "--driver", "overlay", "one");
        await Docker.OkAsync("network", "create", "--driver", "overlay", "two");
        await ServeAsync("first", 1, "--network", "one");
        await ServeAsync("second", 1, "--network", "two");
        await Swarm.CreateAsync("middle", ["--network", "one", "--network", "two"]);
        foreach (var service in new[] { "first", "second", "middle" })
        {
            await Swarm.RunningAsync(service, 1);
        }

        var middle = Assert.Single(await Node.ContainersAsync("middle"));
        await FindsAsync(middle, "http://first/", "1\n");
        await FindsAsync(middle, "http://second/", "1\n");

        var first = Assert.Single(await Node.ContainersAsync("first"));
        Assert.Empty(await LookUpAsync(first, "second"));
        var other = await Docker.RunAsync(
            "exec", first, "timeout", "2", "wget", "-qO-", $"http://{await VirtualAddressAsync("second")}/");
        Assert.NotEqual(0, other.ExitCode);
    }

    [SkippableFact]
    public async Task Virtual_addresses_outlive_a_killed_daemon_and_go_with_one_that_stops()
    {
        await RequireTranslationAsync();
        await Docker.OkAsync("network", "create", "--driver", "overlay", "inner");
        await ServeAsync("back", 2, "--network", "inner");
        await Swarm.CreateAsync("front", ["--network", "inner"]);
        await Swarm.RunningAsync("back", 2);
        await Swarm.RunningAsync("front", 1);
        var front = Assert.Single(await Node.ContainersAsync("front"));
        var address = await VirtualAddressAsync("back");
        Assert.Equal([address], await LookUpAsync(front, "back"));
        await Swarm.BecomesAsync(
            () => LookUpAsync(front, "tasks.back"), found => found.Length == 2, "both tasks have names");

        await Node.KillAsync();
        Assert.Equal(
            "1\n2\n",
            string.Concat(new[]
            {
                await Node.EngineDocker.OkAsync("exec", front, "wget", "-qO-", $"http://{address}/"),
                await Node.EngineDocker.OkAsync("exec", front, "wget", "-qO-", $"http://{address}/"),
            }.Order()));
        await Node.StartAsync();

        await Swarm.BecomesAsync(() => LookUpAsync(front, "back"), found => found is [var one] && one == address, "names are back");
        Assert.Equal(["1", "2"], await AskOftenAsync(front, "http://back/"));
        Assert.Equal(front, Assert.Single(await Node.ContainersAsync("front")));
        Assert.Contains("_bridges", await OutputAsync(Tables), StringComparison.Ordinal);

        await Node.StopAsync();
        Assert.DoesNotContain("_bridges", await OutputAsync(Tables), StringComparison.Ordinal);
        Assert.Equal("", await OutputAsync("ip route show table local proto 83"));
        await Node.StartAsync();
        await Swarm.RunningAsync("front", 1);
    }

    [SkippableFact]
    public async Task Where_a_subnet_is_in_use_around_the_machine_the_engine_gives_addresses_and_names()
    {
        await RequireTranslationAsync();
        await Docker.OkAsync("network", "create", "--driver", "overlay", "--subnet", "10.77.0.0/24", "near");
        await OutputAsync("ip route add 10.77.0.128/25 via " + Node.Address);
        try
        {
            await ServeAsync("back", 2, "--network", "near");
            await Swarm.CreateAsync("front", ["--network", "near"]);
            await Swarm.RunningAsync("back", 2);
            await Swarm.RunningAsync("front", 1);
            var front = Assert.Single(await Node.ContainersAsync("front"));

            var found = await LookUpAsync(front, "back");

            Assert.Equal(2, found.Length);
            Assert.DoesNotContain(found, address => address.StartsWith("10.77.0.", StringComparison.Ordinal));
            Assert.Contains("this machine has a route to 10.77.0.128/25", Node.Tail(200), StringComparison.Ordinal);
            Assert.Matches("^[12]\n$", await AskAsync(front, "http://back/"));
        }
        finally
        {
            await OutputAsync("ip route del 10.77.0.128/25");
        }
    }

    private static async Task RequireTranslationAsync()
    {
        await Requirements.OrSkipAsync();
        Skip.If(Shell.Find("nft") is null, "nft is not installed (Debian: nftables)");
    }

    // Each task answers with its slot, at two ports.
    private Task<string> ServeAsync(string name, int replicas, params string[] flags) => Swarm.CreateAsync(
        name,
        ["--replicas", $"{replicas}", "--env", "SLOT={{.Task.Slot}}", .. flags],
        "sh", "-c",
        "mkdir -p /tmp/w; echo $SLOT > /tmp/w/index.html; httpd -p 80 -h /tmp/w; httpd -p 8081 -h /tmp/w; "
        + "exec sleep 100000");

    // A task runs a moment before everybody knows.
    private Task<CommandResult> FindsAsync(string container, string url, string answer) => Swarm.BecomesAsync(
        () => Docker.RunAsync("exec", container, "timeout", "10", "wget", "-q", "-O", "-", url),
        result => result.Output == answer,
        $"{url} answers");

    private Task<string> AskAsync(string container, string url) =>
        Docker.OkAsync("exec", container, "timeout", "10", "wget", "-qO-", url);

    private async Task<string[]> AskOftenAsync(string container, string url) =>
        await OftenAsync(async () => (await AskAsync(container, url)).Trim());

    private static async Task<string[]> OftenAsync(Func<Task<string>> ask)
    {
        var answers = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            answers.Add(await ask());
        }

        return [.. answers.Distinct().Order(StringComparer.Ordinal)];
    }

    private async Task<string[]> LookUpAsync(string container, string name)
    {
        var answer = await Docker.RunAsync(
            "exec", container, "timeout", "10", "nslookup", "-type=a", name, "127.0.0.11");
        return [.. AnswerAddress().Matches(answer.Output).Select(match => match.Groups["address"].Value)];
    }

    private Task<string> ProcessAsync(string container) => Node.InspectAsync(container, "{{.State.Pid}}");

    private async Task<string> VirtualAddressAsync(string service) => (await Docker.OkAsync(
        "service", "inspect", "--format", "{{(index .Endpoint.VirtualIPs 0).Addr}}", service)).Trim().Split('/')[0];

    private async Task<string[]> AddressesAsync(string service, string network)
    {
        var addresses = new List<string>();
        foreach (var container in await Node.ContainersAsync(service))
        {
            addresses.Add(await Node.InspectAsync(
                container, $"{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}"));
        }

        return [.. addresses];
    }

    private async Task<string> OutputAsync(string command) => (await Node.RunAsync(command.Split(' '))).Output;

    [GeneratedRegex(@"^Address: (?<address>\d+\.\d+\.\d+\.\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AnswerAddress();
}
