using System.Globalization;

namespace Swarm.Benchmarks.Raft;

/// <summary>
/// Durable proposals of 256 bytes: ours (encrypted log, mutual TLS, members and callers in one process) against etcd
/// (plain text, members in processes of their own, callers over gRPC), on one disk, in turns; the best of the rounds.
/// </summary>
internal static class RaftPeersMacro
{
    private const int Bytes = 256;

    private static readonly int[] Sizes = [1, 3];
    private static readonly int[] Clients = [1, 16, 64, 256];

    public static async Task RunAsync(string[] options)
    {
        var quick = options.Contains("quick");
        var (rounds, time) = quick ? (2, TimeSpan.FromSeconds(2)) : (5, TimeSpan.FromSeconds(3));
        var value = new byte[Bytes];
        new Random(1).NextBytes(value);
        foreach (var size in Sizes)
        {
            var (ours, etcd) = (new ProposalLoad?[Clients.Length], new ProposalLoad?[Clients.Length]);
            for (var round = 0; round < rounds; round++)
            {
                await OursAsync(size, value, time, ours);
                if (!options.Contains("ours"))
                {
                    await EtcdAsync(size, value, time, etcd);
                }
            }

            for (var i = 0; i < Clients.Length; i++)
            {
                Print("ours", size, Clients[i], ours[i]);
                Print("etcd", size, Clients[i], etcd[i]);
            }
        }
    }

    private static async Task OursAsync(int size, byte[] value, TimeSpan time, ProposalLoad?[] best)
    {
        await using var members = await RaftMembers.StartAsync(size);
        var leader = members.Leader;
        for (var i = 0; i < Clients.Length; i++)
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var load = await ProposalLoad.RunAsync(Clients[i], time, _ => leader.ProposeAsync(value));
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            var figure = load with { BytesEach = allocated / (load.PerSecond * time.TotalSeconds * 1.2) };
            best[i] = Better(best[i], figure);
        }
    }

    private static async Task EtcdAsync(int size, byte[] value, TimeSpan time, ProposalLoad?[] best)
    {
        await using var members = await EtcdMembers.StartAsync(size, value);
        for (var i = 0; i < Clients.Length; i++)
        {
            best[i] = Better(best[i], await ProposalLoad.RunAsync(Clients[i], time, members.PutAsync));
        }
    }

    private static ProposalLoad Better(ProposalLoad? before, ProposalLoad now) =>
        before is null || now.PerSecond > before.PerSecond ? now : before;

    private static void Print(string side, int size, int clients, ProposalLoad? load)
    {
        if (load is null)
        {
            return;
        }

        Print("proposals_per_second", load.PerSecond);
        Print("p50_us", load.P50);
        Print("p99_us", load.P99);
        if (load.BytesEach > 0)
        {
            Print("bytes_allocated_per_proposal", load.BytesEach);
        }

        void Print(string figure, double value) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"figure":"raft_peers.{{figure}}","side":"{{side}}","nodes":{{size}},"clients":{{clients}},"value":{{value:0.#}}}"""));
    }
}
