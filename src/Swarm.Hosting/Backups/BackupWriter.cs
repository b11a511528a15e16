using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Nodes;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Identity;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Snapshots;
using Swarm.Secrets;
using Swarm.Storage;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Backups;

/// <summary>The state of a swarm at one entry of its log.</summary>
/// <param name="View">The store.</param>
/// <param name="Members">The managers.</param>
/// <param name="Index">The entry.</param>
/// <param name="Term">Its term.</param>
internal sealed record BackupState(ClusterView View, Protos.ClusterSnapshot Members, ulong Index, ulong Term);

/// <summary>Writes a backup: the directory that a manager of the swarm would have if it were the only one.</summary>
/// <param name="setup">What managers are made of.</param>
/// <param name="directory">The manager's directory; the log of the backup is made in it.</param>
/// <param name="member">The manager.</param>
internal sealed class BackupWriter(ManagerSetup setup, NodeDirectory directory, MemberAgent member)
{
    /// <summary>Little of the log of a backup is in its segment.</summary>
    private const int Preallocated = 512;

    public async Task WriteAsync(BackupState state, Stream destination, CancellationToken cancellationToken)
    {
        var files = member.Renewal.Export();
        using var keys = new LogLock(LogSecrets.Of(files.Key));
        var log = directory.CreateTemporary();
        try
        {
            await WriteLogAsync(state, files, log, keys, cancellationToken);
            await using var tar = new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true);
            await AddAsync(tar, BackupFormat.Head, HeadOf(state, files), cancellationToken);
            await AddAsync(tar, BackupFormat.Certificates + IdentityFiles.RootFile, files.Root, cancellationToken);
            await AddAsync(
                tar,
                BackupFormat.Certificates + IdentityFiles.CertificateFile,
                files.Certificate,
                cancellationToken);
            await AddAsync(
                tar,
                BackupFormat.Certificates + IdentityFiles.KeyFile,
                files.Key.Write(),
                cancellationToken);
            await AddLogAsync(tar, log, cancellationToken);
            await AddAsync(tar, BackupFormat.Membership, directory.Text(), cancellationToken);
        }
        finally
        {
            Directory.Delete(log, recursive: true);
        }
    }

    private async Task WriteLogAsync(
        BackupState state,
        ExportedIdentity files,
        string path,
        LogLock keys,
        CancellationToken cancellationToken)
    {
        var self = state.Members.Members.FirstOrDefault(found => found.NodeId == member.NodeId.Value)
            ?? throw new SwarmException(SwarmErrorCode.Unavailable, "this manager is not a member of the quorum yet");
        using var log = await FileRaftStorage.OpenAsync(
            path,
            new FileRaftStorageOptions
            {
                Metadata = self.ToByteArray(),
                KeyProvider = keys,
                PreallocateBytes = Preallocated,
                Logger = setup.Loggers.CreateLogger<FileRaftStorage>(),
            },
            cancellationToken);
        var metadata = new SnapshotMetadata
        {
            Index = state.Index,
            Term = state.Term,
            ConfState = new ConfState { Voters = Raft.Quorum.MemberSet.Create([self.RaftId]) },
        };
        await using (var snapshot = log.BeginSnapshot(metadata, SnapshotOrigin.Received))
        {
            StateSnapshot.Write(StateFor(state, files), MembershipFor(state, self), snapshot);
            snapshot.Complete();
        }

        // Its next term is one that nobody was elected in.
        log.Append(new HardState(state.Term + 1, 0, state.Index), [], metadata);
        log.Sync();
    }

    private static Protos.ClusterSnapshot MembershipFor(BackupState state, Protos.RaftMember self)
    {
        var membership = new Protos.ClusterSnapshot { Members = { self } };
        membership.Removed.AddRange(state.Members.Removed);
        membership.Removed.AddRange(
            state.Members.Members.Select(found => found.RaftId).Where(id => id != self.RaftId));
        return membership;
    }

    private IEnumerable<ClusterObject> StateFor(BackupState state, ExportedIdentity files)
    {
        var objects = state.View.InOrderOfNeed().Select(item => item is Node node && node.Id != member.NodeId
            ? FormerManagers.Demoted(node) ?? node
            : item);

        // What opens the values of secrets lies in a file of the manager's, where this backup does not go.
        if (KeyShares.ShareFor(setup.Secrets, member.NodeId, files.Certificate) is not { } share)
        {
            return objects;
        }

        var known = state.View.Secrets.FindByName(share.Spec.Name)?.Id ?? new SecretId(new RandomIdGenerator().Next());
        return objects
            .Where(item => item is not Secret secret || secret.Id != known)
            .Append(share with { Id = known });
    }

    private string HeadOf(BackupState state, ExportedIdentity files) => JsonSerializer.Serialize(
        new BackupHead(
            BackupFormat.Version,
            state.View.Cluster!.Id.Value,
            member.NodeId.Value,
            state.Index,
            setup.Time.GetUtcNow(),
            !files.Key.Encryption.Key.IsEmpty),
        BackupJson.Default.BackupHead);

    private static async Task AddLogAsync(TarWriter tar, string log, CancellationToken cancellationToken)
    {
        foreach (var path in Directory.EnumerateFiles(log, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(log, path).Replace(Path.DirectorySeparatorChar, '/');
            await using var content = File.OpenRead(path);
            await AddAsync(tar, BackupFormat.Log + name, content, cancellationToken);
        }
    }

    private static Task AddAsync(TarWriter tar, string name, string text, CancellationToken cancellationToken) =>
        AddAsync(tar, name, new MemoryStream(Encoding.UTF8.GetBytes(text)), cancellationToken);

    private static Task AddAsync(TarWriter tar, string name, Stream content, CancellationToken cancellationToken) =>
        tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = BackupFormat.Secret },
            cancellationToken);
}
