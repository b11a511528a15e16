using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Nodes;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Storage;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Replication;

/// <summary>What a manager's log works with; all of it outlives the log.</summary>
/// <param name="Directory">Where the log is kept, with the node's key.</param>
/// <param name="Store">What the log makes.</param>
/// <param name="Members">The managers, as the log says.</param>
/// <param name="Proposer">The store's proposer.</param>
/// <param name="Identity">Who this node is to the others.</param>
/// <param name="Keys">Changes the node's key file, which holds what opens the log.</param>
/// <param name="Metrics">Told how long snapshots take.</param>
/// <param name="OnState">Told when leadership comes and goes.</param>
/// <param name="OnRemoved">Told when the log or the others say that this member was taken out.</param>
internal sealed record ManagerLogParts(
    NodeDirectory Directory,
    ClusterStore Store,
    QuorumMembers Members,
    RaftProposer Proposer,
    CurrentIdentity Identity,
    CertificateRenewal Keys,
    RaftMetrics Metrics,
    Action<RaftState> OnState,
    Action OnRemoved);

/// <summary>A manager's log on disk with the raft member that keeps it, and its ways to the other members.</summary>
internal sealed class ManagerLog : IAsyncDisposable
{
    /// <summary>More than any transaction has, less than SwarmKit's managers take in one message.</summary>
    private const int MaxEntry = 3 * 1024 * 1024;

    // A leader is missed after 1.25 to 2.5 s, where SwarmKit's members take 10 to 20. Both can be in one quorum: a
    // leader of Docker's is heard once a second, and who misses it too early asks first, and is told that it is there.
    private const int ElectionTicks = 5;
    private const int HeartbeatTicks = 1;
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private readonly FileRaftStorage _storage;
    private readonly ManagerLogParts _parts;
    private readonly SemaphoreSlim _settling = new(1, 1);
    private LogLock _lock;

    private ManagerLog(OpenLog open, ManagerLogParts parts, RaftPeers peers, RaftNode node)
    {
        (_storage, _lock) = (open.Storage, open.Lock);
        (_parts, Peers, Node) = (parts, peers, node);
    }

    /// <summary>How many snapshots are kept besides the newest.</summary>
    public int KeepOldSnapshots
    {
        set => _storage.KeepOldSnapshots = value;
    }

    /// <summary>The member at work.</summary>
    public RaftNode Node { get; }

    /// <summary>The ways to the others.</summary>
    public RaftPeers Peers { get; }

    /// <summary>Draws the raft id of a swarm's first member.</summary>
    public static ulong NewId()
    {
        var id = new byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(id);
        id[^1] &= 0x7F;
        return BinaryPrimitives.ReadUInt64LittleEndian(id) | 1;
    }

    /// <summary>How a manager takes part in the quorum.</summary>
    public static RaftNodeOptions OptionsOf(
        ulong id,
        TaskScheduler scheduler,
        Random random,
        TimeProvider time) => new()
        {
            Core = new RaftCoreOptions
            {
                Id = id,
                MaxEntryBytes = MaxEntry,
                ElectionTicks = ElectionTicks,
                HeartbeatTicks = HeartbeatTicks,
            },
            TickInterval = TickInterval,
            Random = random,
            Time = time,
            Scheduler = scheduler,
        };

    /// <summary>Whether there is a log to take up in a directory.</summary>
    public static bool Exists(string directory) =>
        Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any();

    /// <summary>Begins the log of a new swarm, with one member.</summary>
    public static async Task<ManagerLog> BeginAsync(
        ManagerSetup setup,
        ManagerLogParts parts,
        Protos.RaftMember member,
        CancellationToken cancellationToken)
    {
        var log = await OpenAsync(setup, parts, member.ToByteArray(), cancellationToken);
        var (entries, state) = RaftBootstrap.Create([(member.RaftId, member.ToByteArray())]);
        log.Storage.Append(state, [.. entries]);
        log.Storage.Sync();
        return await StartAsync(setup, parts, log, member, cancellationToken);
    }

    /// <summary>Begins an empty log, which the leader of the swarm fills.</summary>
    /// <param name="setup">Clock, randomness, loggers.</param>
    /// <param name="parts">What it works with.</param>
    /// <param name="member">This member, with the raft id that the leader gave it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ManagerLog> JoinAsync(
        ManagerSetup setup,
        ManagerLogParts parts,
        Protos.RaftMember member,
        CancellationToken cancellationToken)
    {
        var metadata = member.ToByteArray();
        var log = await OpenAsync(setup, parts, metadata, cancellationToken);
        if (log.Member.RaftId != member.RaftId)
        {
            // It belongs to an earlier membership. One that belongs to this one has promises in it.
            log.Dispose();
            parts.Directory.ClearLog();
            log = await OpenAsync(setup, parts, metadata, cancellationToken);
        }

        return await StartAsync(setup, parts, log, member, cancellationToken);
    }

    /// <summary>Takes up the log of the last process; the store becomes what it was.</summary>
    /// <exception cref="RaftStorageCorruptException">The log is damaged; the text says where, and what to do.</exception>
    public static async Task<ManagerLog> ResumeAsync(
        ManagerSetup setup,
        ManagerLogParts parts,
        CancellationToken cancellationToken)
    {
        var log = await OpenAsync(setup, parts, default, cancellationToken);
        return await StartAsync(setup, parts, log, log.Member, cancellationToken);
    }

    /// <summary>Takes up the log of the last process as that of a swarm with this one manager.</summary>
    /// <exception cref="RaftStorageCorruptException">The log is damaged; the text says where, and what to do.</exception>
    /// <exception cref="InvalidOperationException">The log does not know this manager as a member.</exception>
    public static async Task<ManagerLog> ResumeAloneAsync(
        ManagerSetup setup,
        ManagerLogParts parts,
        CancellationToken cancellationToken)
    {
        var log = await OpenAsync(setup, parts, default, cancellationToken);
        try
        {
            RaftRecovery.KeepOnly(log.Storage, log.Member.RaftId);
        }
        catch
        {
            log.Dispose();
            throw;
        }

        return await StartAsync(setup, parts, log, log.Member, cancellationToken);
    }

    /// <summary>
    /// Finishes a change of the secret that the log is locked with: the data keys are closed with the new one, and a
    /// new data key takes over.
    /// </summary>
    /// <exception cref="IOException">The disk does not answer; to be called again.</exception>
    public async Task SettleSecretsAsync(CancellationToken cancellationToken)
    {
        await _settling.WaitAsync(cancellationToken);
        try
        {
            if (LogSecrets.Of(_parts.Keys.ChangeKeyFile(LogSecrets.Ensure)) is { Pending.IsEmpty: false } secrets)
            {
                await ChangeSecretAsync(secrets, cancellationToken);
            }
        }
        finally
        {
            _settling.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        await Peers.DisposeAsync();
        _storage.Dispose();
        _lock.Dispose();
        _settling.Dispose();
    }

    // The pending secret becomes the only one when nothing is closed with the former one any more.
    private async Task ChangeSecretAsync(LogSecrets secrets, CancellationToken cancellationToken)
    {
        var next = new LogLock(secrets);
        _parts.Directory.SyncIdentity();
        await _storage.RewrapKeysAsync(next, cancellationToken);
        _lock.Dispose();
        _lock = next;
        await _storage.RotateKeyAsync(cancellationToken);
        _parts.Keys.ChangeKeyFile(LogSecrets.Settle);
        Node.SaveSnapshot();
    }

    private static async Task<OpenLog> OpenAsync(
        ManagerSetup setup,
        ManagerLogParts parts,
        ReadOnlyMemory<byte> metadata,
        CancellationToken cancellationToken)
    {
        var keys = new LogLock(LogSecrets.Of(parts.Keys.ChangeKeyFile(LogSecrets.Ensure)));
        parts.Directory.SyncIdentity();
        try
        {
            return new OpenLog(
                await FileRaftStorage.OpenAsync(
                    parts.Directory.Log,
                    new FileRaftStorageOptions
                    {
                        Metadata = metadata,
                        KeyProvider = keys,
                        Logger = setup.Loggers.CreateLogger<FileRaftStorage>(),
                    },
                    cancellationToken),
                keys);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    private static async Task<ManagerLog> StartAsync(
        ManagerSetup setup,
        ManagerLogParts parts,
        OpenLog log,
        Protos.RaftMember self,
        CancellationToken cancellationToken)
    {
        var peers = new RaftPeers(
            self.RaftId,
            parts.Members,
            parts.Identity,
            log.Storage,
            parts.OnRemoved,
            setup.Time,
            setup.Loggers.CreateLogger<RaftPeers>());
        try
        {
            var node = await RaftNode.StartAsync(
                OptionsOf(
                    self.RaftId,
                    new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler,
                    setup.NewRandom(),
                    setup.Time) with
                {
                    Logger = setup.Loggers.CreateLogger<RaftNode>(),
                    OnStateChanged = parts.OnState,
                },
                new StoreStateMachine(parts.Store, parts.Members, setup.Time, parts.Metrics),
                log.Storage,
                peers,
                cancellationToken);
            parts.Proposer.Use(node);
            peers.Use(node);
            if ((await node.GetMembershipAsync()).Voters is [var only] && only == self.RaftId)
            {
                // Nobody else can be elected: waiting for the timeout would only keep the swarm waiting.
                node.Campaign();
            }

            return new ManagerLog(log, parts, peers, node);
        }
        catch
        {
            await peers.DisposeAsync();
            log.Dispose();
            throw;
        }
    }

    private sealed record OpenLog(FileRaftStorage Storage, LogLock Lock) : IDisposable
    {
        /// <summary>Whose log it is.</summary>
        public Protos.RaftMember Member => Protos.RaftMember.Parser.ParseFrom(Storage.Metadata.Span);

        public void Dispose()
        {
            Storage.Dispose();
            Lock.Dispose();
        }
    }
}
