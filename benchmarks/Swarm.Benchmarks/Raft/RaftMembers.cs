using System.Net;
using System.Net.Sockets;
using Swarm.Raft;
using Swarm.Raft.Storage.Files;

namespace Swarm.Benchmarks.Raft;

/// <summary>
/// A group of ours in this process: encrypted logs on disk, mutual TLS between the members. The callers are in the
/// process as well, as those of an embedded log are.
/// </summary>
internal sealed class RaftMembers : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-raft-peers-");
    private readonly List<Member> _members = [];
    private PeerId[] _voters = [];
    private Dictionary<PeerId, EndPoint> _addresses = [];

    public RaftNode Leader => _members.First(member => member.Node.State.IsReady).Node;

    public static async Task<RaftMembers> StartAsync(int count)
    {
        var members = new RaftMembers();
        BenchmarkCertificates.Make(members._directory.FullName);
        members._voters = [.. Enumerable.Range(1, count).Select(id => (PeerId)(ulong)id)];
        members._addresses = members._voters.ToDictionary(id => id, _ => FreePort());
        foreach (var id in members._voters)
        {
            members._members.Add(await members.StartAsync(id, PhysicalFileSystem.Instance));
        }

        await Task.WhenAll(members._members.Select(member => member.Node.WaitForLeaderAsync()));
        return members;
    }

    /// <summary>Starts a follower anew, on another disk.</summary>
    public async Task RestartFollowerAsync(IFileSystem files)
    {
        var index = _members.FindIndex(member => member.Node.Role == RaftRole.Follower);
        var id = _members[index].Node.Id;
        await _members[index].DisposeAsync();
        _members[index] = await StartAsync(id, files);
        await _members[index].Node.WaitForLeaderAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private async Task<Member> StartAsync(PeerId id, IFileSystem files)
    {
        var storage = await FileRaftStorage.OpenAsync(
            Path.Join(_directory.FullName, $"{id}"), new FileRaftStorageOptions { Files = files });
        var transport = new TcpRaftTransport(
            _addresses[id],
            _addresses.Where(address => address.Key != id).ToDictionary(),
            new TcpRaftTransportOptions { Tls = BenchmarkCertificates.Load(_directory.FullName) });
        return new Member(await RaftNode.StartAsync(id, _voters, new Nothing(), storage, transport), transport, storage);
    }

    public static EndPoint FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    private sealed record Member(RaftNode Node, TcpRaftTransport Transport, FileRaftStorage Storage)
    {
        public async ValueTask DisposeAsync()
        {
            await Node.DisposeAsync();
            await Transport.DisposeAsync();
            await Storage.DisposeAsync();
        }
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
