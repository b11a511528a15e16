using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Swarm.Benchmarks.Raft.Etcd;

namespace Swarm.Benchmarks.Raft;

/// <summary>A group of etcd with its default settings and no TLS, each member a process; puts go to its leader.</summary>
internal sealed class EtcdMembers : IAsyncDisposable
{
    private const int Connections = 8;
    private const int Keys = 10_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-etcd-peers-");
    private readonly List<Process> _processes = [];
    private readonly List<GrpcChannel> _channels = [];
    private readonly KV.KVClient[] _clients = new KV.KVClient[Connections];
    private readonly ByteString _value;

    private EtcdMembers(ReadOnlyMemory<byte> value) => _value = ByteString.CopyFrom(value.Span);

    public static async Task<EtcdMembers> StartAsync(int count, ReadOnlyMemory<byte> value)
    {
        var members = new EtcdMembers(value);
        string[] peers = [.. Enumerable.Range(0, count).Select(_ => $"http://{RaftMembers.FreePort()}")];
        string[] clients = [.. Enumerable.Range(0, count).Select(_ => $"http://{RaftMembers.FreePort()}")];
        var cluster = string.Join(',', peers.Select((peer, i) => $"m{i}={peer}"));
        for (var i = 0; i < count; i++)
        {
            members.Start(i, peers[i], clients[i], cluster);
        }

        await members.ConnectAsync(clients);
        return members;
    }

    public Task PutAsync(int client) => _clients[client % Connections].PutAsync(new PutRequest
    {
        Key = NextKey(),
        Value = _value,
    }).ResponseAsync;

    public Task ReadAsync(int client) =>
        _clients[client % Connections].RangeAsync(new RangeRequest { Key = NextKey() }).ResponseAsync;

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _directory.Delete(recursive: true);
    }

    private static ByteString NextKey() => ByteString.CopyFromUtf8($"key-{Random.Shared.Next(Keys):D12}");

    private void Start(int index, string peer, string client, string cluster)
    {
        var start = new ProcessStartInfo("etcd")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--name", $"m{index}", "--data-dir", Path.Join(_directory.FullName, $"m{index}"),
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--initial-cluster", cluster,
            },
        };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _processes.Add(process);
    }

    private async Task ConnectAsync(string[] clients)
    {
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < TimeSpan.FromSeconds(30))
        {
            foreach (var address in clients)
            {
                using var channel = GrpcChannel.ForAddress(address);
                try
                {
                    var status = await new Maintenance.MaintenanceClient(channel).StatusAsync(
                        new StatusRequest(), deadline: DateTime.UtcNow.AddSeconds(2));
                    if (status.Leader == status.Header.MemberId)
                    {
                        Use(address);
                        return;
                    }
                }
                catch (RpcException)
                {
                    // It has not started yet.
                }
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException("etcd has elected nobody within 30 s");
    }

    private void Use(string address)
    {
        for (var i = 0; i < Connections; i++)
        {
            var channel = GrpcChannel.ForAddress(
                address, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler(), DisposeHttpClient = true });
            _channels.Add(channel);
            _clients[i] = new KV.KVClient(channel);
        }
    }
}
