using System.Net;
using System.Net.Sockets;
using Swarm.Raft;

namespace Swarm.Benchmarks.Raft;

/// <summary>
/// A group of ours in this process: encrypted logs on disk, mutual TLS between the members. The callers are in the
/// process as well, as those of an embedded log are.
/// </summary>
internal sealed class RaftMembers : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-raft-peers-");
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<RaftNode> _nodes = [];

    public RaftNode Leader => _nodes.First(node => node.State.IsReady);

    public static async Task<RaftMembers> StartAsync(int count)
    {
        var members = new RaftMembers();
        BenchmarkCertificates.Make(members._directory.FullName);
        PeerId[] voters = [.. Enumerable.Range(1, count).Select(id => (PeerId)(ulong)id)];
        var addresses = voters.ToDictionary(id => id, _ => FreePort());
        foreach (var id in voters)
        {
            var storage = await FileRaftStorage.OpenAsync(Path.Join(members._directory.FullName, $"{id}"));
            var transport = new TcpRaftTransport(
                addresses[id],
                addresses.Where(address => address.Key != id).ToDictionary(),
                new TcpRaftTransportOptions { Tls = BenchmarkCertificates.Load(members._directory.FullName) });
            members._parts.AddRange([storage, transport]);
            members._nodes.Add(await RaftNode.StartAsync(id, voters, new Nothing(), storage, transport));
        }

        await Task.WhenAll(members._nodes.Select(node => node.WaitForLeaderAsync()));
        return members;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    public static EndPoint FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    private sealed class Nothing : IStateMachine
    {
        public void Apply(in CommittedEntry entry)
        {
        }

        public Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken) =>
            Task.CompletedTask;
    }
}
