using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Encrypted networks: the manager gives the keys, the engines encrypt, and turn away what is not.</summary>
public abstract partial class ManagerScenarios
{
    // Nobody listens there: the kernel counts what comes for such a port.
    private const int ClosedPort = 9_999;

    // Somebody on the same wire, who sends what a member of the network would, but in the clear. In a network that is
    // not encrypted it arrives.
    [SkippableFact]
    public async Task Scenario_R59_Plain_packets_do_not_get_into_an_encrypted_network_and_are_counted()
    {
        await OrSkipAsync();
        await CreateNetworkAsync("clear");
        await CreateNetworkAsync("sealed", "--opt", "encrypted");
        await RunOnAsync("clear");
        await RunOnAsync("sealed");
        await Swarm.BecomesAsync(
            DroppedAsync, dropped => dropped >= 0, $"{Last.Name} turns away what is not encrypted");

        var arrived = (Clear: await ArrivedAsync("clear"), Sealed: await ArrivedAsync("sealed"));
        var turnedAway = await DroppedAsync();
        await InjectAsync("clear");
        await Swarm.BecomesAsync(
            () => ArrivedAsync("clear"), count => count > arrived.Clear, "the plain network lets plain packets in");
        await InjectAsync("sealed");
        await Swarm.BecomesAsync(DroppedAsync, dropped => dropped > turnedAway, "the packet is counted");

        Assert.Equal(arrived.Sealed, await ArrivedAsync("sealed"));
    }

    private async Task RunOnAsync(string network)
    {
        await Swarm.CreateAsync($"on-{network}", ["--mode", "global", "--network", network, "--endpoint-mode", "dnsrr"]);
        await Swarm.RunningAsync($"on-{network}", Count);
    }

    // UDP packets for ports that nobody listens at, as the container's kernel counts them: the second number of the
    // second line.
    private async Task<long> ArrivedAsync(string network)
    {
        var container = Assert.Single(await Last.ContainersAsync($"on-{network}"));
        var counters = (await Last.ExecAsync(container, "cat", "/proc/net/snmp")).Output.Split('\n');
        var numbers = counters.Last(line => line.StartsWith("Udp: ", StringComparison.Ordinal)).Split(' ');
        return long.Parse(numbers[2], CultureInfo.InvariantCulture);
    }

    // Packets that the engine's rule for what is not encrypted has met; -1 while there is none.
    private async Task<long> DroppedAsync()
    {
        var rules = (await Last.RunAsync("iptables", "-t", "filter", "-L", "INPUT", "-n", "-v", "-x")).Output;
        var rule = rules.Split('\n').FirstOrDefault(line => line.Contains("pol none", StringComparison.Ordinal)
            && line.Contains("DROP", StringComparison.Ordinal));
        return rule is null
            ? -1
            : long.Parse(rule.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }

    private async Task InjectAsync(string network)
    {
        var tasks = await Swarm.RunningAsync($"on-{network}", Count);
        var address = IPAddress.Parse(await AddressAsync(tasks.Single(task => task.Node == Last.Name)));
        var identifier = int.Parse((await NetworkAsync(network)).Split(' ')[^1], CultureInfo.InvariantCulture);
        var packet = Encapsulate(identifier, address);
        var hub = string.Concat(Last.Machine.Namespace.AsSpan(0, Last.Machine.Namespace.LastIndexOf('-')), "-hub");

        var file = Path.Combine(Last.Machine.Folder, "packet");
        await File.WriteAllBytesAsync(file, packet);

        // Only the first time is there no such address.
        await Shell.RunAsync("ip", "-n", hub, "address", "add", "10.213.77.250/24", "dev", "bridge");
        await Shell.OkAsync(
            "ip", "netns", "exec", hub, "bash", "-c", $"cat {file} >/dev/udp/{Last.Address}/4789");
    }

    // VXLAN, Ethernet, IPv4 and UDP. An endpoint's hardware address is 02:42 and its IPv4 address.
    private static byte[] Encapsulate(int identifier, IPAddress target)
    {
        var to = target.GetAddressBytes();
        byte[] from = [to[0], to[1], to[2], 250];
        var payload = "not encrypted"u8.ToArray();
        byte[] header =
        [
            0x45, 0, 0, (byte)(28 + payload.Length), 0, 1, 0, 0, 64, 17, 0, 0, .. from, .. to,
        ];
        var sum = 0;
        for (var i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(i));
        }

        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)~((sum & 0xFFFF) + (sum >> 16)));
        return
        [
            0x08, 0, 0, 0, (byte)(identifier >> 16), (byte)(identifier >> 8), (byte)identifier, 0,
            0x02, 0x42, .. to, 0x02, 0x42, .. from, 0x08, 0x00,
            .. header,
            0x12, 0x34, ClosedPort >> 8, ClosedPort & 0xFF, 0, (byte)(8 + payload.Length), 0, 0,
            .. payload,
        ];
    }
}
