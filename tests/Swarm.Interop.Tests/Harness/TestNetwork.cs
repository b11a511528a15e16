namespace Swarm.Interop.Tests.Harness;

/// <summary>
/// Machines of a made-up network: a network namespace each, joined by a bridge in a namespace of its own. Nothing of it
/// is visible outside, so any private range will do and no route leads to a registry.
/// </summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private const string Hub = "hub";

    private readonly string _hub;

    private TestNetwork(string name)
    {
        Name = name;
        _hub = $"{name}-{Hub}";
    }

    /// <summary>Start of the names of all that belongs to this network.</summary>
    public string Name { get; }

    public IReadOnlyList<TestMachine> Machines { get; private set; } = [];

    public static async Task<TestNetwork> CreateAsync(int machines)
    {
        var network = new TestNetwork(await TestRun.NewNameAsync());
        Directory.CreateDirectory(TestRun.Folder(network.Name));
        try
        {
            await network.BuildAsync(machines);
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }

        return network;
    }

    /// <summary>Pulls a machine's cable.</summary>
    public Task CutAsync(TestMachine machine) => LinkAsync(machine, "down");

    /// <summary>Plugs it in again.</summary>
    public Task HealAsync(TestMachine machine) => LinkAsync(machine, "up");

    public async ValueTask DisposeAsync() => await TestRun.RemoveAsync(Name);

    private async Task BuildAsync(int machines)
    {
        await Shell.OkAsync("ip", "netns", "add", _hub);
        await Shell.OkAsync("ip", "-n", _hub, "link", "add", "bridge", "type", "bridge");
        await Shell.OkAsync("ip", "-n", _hub, "link", "set", "bridge", "up");
        for (var number = 1; number <= machines; number++)
        {
            var machine = new TestMachine(
                $"n{number}", $"{Name}-n{number}", $"10.213.77.{number}", Path.Combine(TestRun.Folder(Name), $"n{number}"));
            Directory.CreateDirectory(machine.Folder);
            await AttachAsync(machine);
            Machines = [.. Machines, machine];
        }
    }

    private async Task AttachAsync(TestMachine machine)
    {
        var space = machine.Namespace;
        await Shell.OkAsync("ip", "netns", "add", space);
        await Shell.OkAsync(
            "ip", "link", "add", "uplink", "netns", space, "type", "veth", "peer", "name", machine.Name, "netns", _hub);
        await Shell.OkAsync("ip", "-n", _hub, "link", "set", machine.Name, "master", "bridge", "up");
        await Shell.OkAsync("ip", "-n", space, "address", "add", $"{machine.Address}/24", "dev", "uplink");
        await Shell.OkAsync("ip", "-n", space, "link", "set", "uplink", "up");
        await Shell.OkAsync("ip", "-n", space, "link", "set", "lo", "up");
    }

    private Task LinkAsync(TestMachine machine, string state) =>
        Shell.OkAsync("ip", "-n", _hub, "link", "set", machine.Name, state);
}

/// <summary>One machine of a test network.</summary>
/// <param name="Name">Its host name.</param>
/// <param name="Namespace">Its network namespace, as <c>ip netns</c> knows it.</param>
/// <param name="Address">Its address, reachable from the other machines only.</param>
/// <param name="Folder">Where its sockets and logs are; visible outside.</param>
internal sealed record TestMachine(string Name, string Namespace, string Address, string Folder);
