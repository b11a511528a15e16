using ThreeNodes;

// Three managers, each a process of its own at 127.0.7.1 to 127.0.7.3, with a service of six tasks. The leader is
// killed; the others elect a new one, and it starts the lost tasks elsewhere.
//   dotnet run --project samples/ThreeNodes [NETWORK]       # 127.0.7 unless given
if (args is ["node", ..])
{
    await ManagerNode.RunAsync(args[1..]);
    return 0;
}

var network = args.Length > 0 ? args[0] : "127.0.7";
var state = Directory.CreateTempSubdirectory("swarm-three-").FullName;
var nodes = new List<NodeProcess>();
try
{
    var first = NodeProcess.Start($"{network}.1", state);
    nodes.Add(first);
    var token = (await first.AskAsync("token"))!;
    nodes.Add(NodeProcess.Start($"{network}.2", state, first.Address, token));
    nodes.Add(NodeProcess.Start($"{network}.3", state, first.Address, token));
    foreach (var node in nodes)
    {
        await node.AskAsync("status");
    }

    await first.AskAsync("deploy");
    var leader = await WatchAsync("6 of 6");
    Console.WriteLine($"killing {leader.Address}, which leads");
    leader.Kill();
    nodes.Remove(leader);
    var next = await WatchAsync("6 of 6");
    Console.WriteLine($"{next.Address} leads now, and the service is whole again");
    return 0;
}
finally
{
    nodes.ForEach(node => node.Kill());
    Directory.Delete(state, recursive: true);
}

// Shows what changes until so much of the service runs under a leader that is alive.
async Task<NodeProcess> WatchAsync(string wanted)
{
    for (var last = ""; ; await Task.Delay(200))
    {
        var status = await nodes[^1].AskAsync("status") ?? "a node has ended";
        if (status != last)
        {
            Console.WriteLine(last = status);
        }

        var leader = nodes.Find(node => status.StartsWith($"{node.Address} leads", StringComparison.Ordinal));
        if (leader is not null && status.Contains(wanted, StringComparison.Ordinal))
        {
            return leader;
        }
    }
}
