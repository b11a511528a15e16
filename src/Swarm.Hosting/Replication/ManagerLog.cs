using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Swarm.Hosting.Nodes;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Storage;

namespace Swarm.Hosting.Replication;

/// <summary>A manager's log on disk with the raft member that keeps it, and the store that it makes.</summary>
internal sealed class ManagerLog : IAsyncDisposable
{
    /// <summary>More than any transaction has, less than SwarmKit's managers take in one message.</summary>
    private const int MaxEntry = 3 * 1024 * 1024;

    private readonly FileRaftStorage _storage;
    private readonly RaftNode _node;

    private ManagerLog(FileRaftStorage storage, RaftNode node) => (_storage, _node) = (storage, node);

    /// <summary>The member at work.</summary>
    public RaftNode Node => _node;

    /// <summary>Begins the log of a new swarm, with one member.</summary>
    /// <param name="setup">Clock, randomness, loggers.</param>
    /// <param name="directory">Where the log is kept.</param>
    /// <param name="member">The first manager, without raft id.</param>
    /// <param name="store">The store; empty.</param>
    /// <param name="proposer">Its proposer.</param>
    /// <param name="onState">Told when leadership comes and goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ManagerLog> BeginAsync(
        ManagerSetup setup,
        string directory,
        Wire.Protos.RaftMember member,
        ClusterStore store,
        RaftProposer proposer,
        Action<RaftState> onState,
        CancellationToken cancellationToken)
    {
        var id = new byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(id);
        id[^1] &= 0x7F;
        member.RaftId = BinaryPrimitives.ReadUInt64LittleEndian(id) | 1;
        var storage = await OpenAsync(setup, directory, member.ToByteArray(), cancellationToken);
        var (entries, state) = RaftBootstrap.Create([(member.RaftId, member.ToByteArray())]);
        storage.Append(state, [.. entries]);
        storage.Sync();
        return await StartAsync(setup, storage, member, store, proposer, onState, cancellationToken);
    }

    /// <summary>Takes up the log of the last process; the store becomes what it was.</summary>
    /// <exception cref="RaftStorageCorruptException">The log is damaged; the text says where, and what to do.</exception>
    public static async Task<ManagerLog> ResumeAsync(
        ManagerSetup setup,
        string directory,
        ClusterStore store,
        RaftProposer proposer,
        Action<RaftState> onState,
        CancellationToken cancellationToken)
    {
        var storage = await OpenAsync(setup, directory, default, cancellationToken);
        var member = Wire.Protos.RaftMember.Parser.ParseFrom(storage.Metadata.Span);
        return await StartAsync(setup, storage, member, store, proposer, onState, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _storage.Dispose();
    }

    private static ValueTask<FileRaftStorage> OpenAsync(
        ManagerSetup setup,
        string directory,
        ReadOnlyMemory<byte> metadata,
        CancellationToken cancellationToken) => FileRaftStorage.OpenAsync(
            directory,
            new FileRaftStorageOptions
            {
                Metadata = metadata,
                Logger = setup.Loggers.CreateLogger<FileRaftStorage>(),
            },
            cancellationToken);

    private static async Task<ManagerLog> StartAsync(
        ManagerSetup setup,
        FileRaftStorage storage,
        Wire.Protos.RaftMember self,
        ClusterStore store,
        RaftProposer proposer,
        Action<RaftState> onState,
        CancellationToken cancellationToken)
    {
        try
        {
            var membership = new Wire.Protos.ClusterSnapshot { Members = { self } };
            var node = await RaftNode.StartAsync(
                new RaftNodeOptions
                {
                    Core = new RaftCoreOptions { Id = self.RaftId, MaxEntryBytes = MaxEntry },
                    Random = setup.NewRandom(),
                    Time = setup.Time,
                    Scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler,
                    Logger = setup.Loggers.CreateLogger<RaftNode>(),
                    OnStateChanged = onState,
                },
                new StoreStateMachine(store, () => membership),
                storage,
                NoRaftTransport.Instance,
                cancellationToken);
            proposer.Use(node);

            // Nobody else can be elected: waiting for the timeout would only keep the swarm waiting.
            node.Campaign();
            return new ManagerLog(storage, node);
        }
        catch
        {
            storage.Dispose();
            throw;
        }
    }
}
