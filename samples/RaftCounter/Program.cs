using System.Buffers.Binary;
using System.Net;
using RaftCounter;
using Swarm.Raft;

// A counter that survives the loss of any one of three machines.
//   dotnet run --project samples/RaftCounter                three members in this process
//   dotnet run --project samples/RaftCounter -- --id 1      one of three processes; start 2 and 3 as well, kill any
// Each member keeps its log under ./raft-counter, so the number goes on from where it was.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};
PeerId[] voters = [1, 2, 3];
PeerId[] here = args is ["--id", var text] && ulong.TryParse(text, out var id) && id is >= 1 and <= 3 ? [id] : voters;
if (args.Length > 0 && here.Length > 1)
{
    Console.Error.WriteLine("usage: RaftCounter [--id 1|2|3]");
    return 2;
}

await Task.WhenAll(here.Select(member => CountAsync(member, stop.Token)));
return 0;

async Task CountAsync(PeerId self, CancellationToken stopping)
{
    var counter = new Counter();
    await using var storage = await FileRaftStorage.OpenAsync($"raft-counter/{self}", cancellationToken: stopping);
    await using var transport = new TcpRaftTransport(
        AddressOf(self),
        voters.Where(voter => voter != self).ToDictionary(voter => voter, AddressOf),
        new TcpRaftTransportOptions { Cluster = "counter", Tls = Certificates.Of(self, "raft-counter/certificates") });
    await using var raft = await RaftNode.StartAsync(
        self, voters, counter, storage, transport, cancellationToken: stopping);

    var one = new byte[sizeof(long)];
    BinaryPrimitives.WriteInt64LittleEndian(one, 1);
    while (!stopping.IsCancellationRequested)
    {
        try
        {
            await raft.WaitForLeaderAsync(stopping);
            if (raft.Role == RaftRole.Leader)
            {
                await raft.ProposeAsync(one, stopping);       // committed by two of three, and applied here
            }

            await raft.ReadBarrierAsync(stopping);            // as new as what the leader has, on followers too
            Console.WriteLine($"{self} {raft.Role,-8} of term {raft.State.Term}: {counter.Value}");
            await Task.Delay(TimeSpan.FromSeconds(1), stopping);
        }
        catch (NotLeaderException lost)
        {
            Console.WriteLine($"{self}: {lost.Message}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }
}

static EndPoint AddressOf(PeerId member) => new IPEndPoint(IPAddress.Loopback, 7000 + (int)member.Value);
