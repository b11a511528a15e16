using System.Text.Json;
using System.Text.Json.Serialization;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;
using Swarm.Hosting.Replication;
using Swarm.Raft.Storage.Files;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// What a node keeps of its membership: its identity in <c>certificates/</c>, its tasks in <c>tasks/</c>, and in
/// <c>node.json</c> where it listens and which managers it knew last.
/// </summary>
internal sealed class NodeDirectory(string path)
{
    private const string StateFile = "node.json";
    private const string TemporaryPrefix = "temporary-";

    private readonly IdentityDirectory _disk = new(path);

    /// <summary>The node's key and certificates.</summary>
    public IdentityFiles Identity { get; } = new(
        new IdentityDirectory(Path.Combine(path, "certificates")),
        LogSecrets.Rewrap);

    /// <summary>Directory of a manager's log.</summary>
    public string Log { get; } = Path.Combine(path, "raft");

    /// <summary>Directory of the tasks of the node's agent.</summary>
    public string Tasks { get; } = Path.Combine(path, "tasks");

    /// <summary>File that remembers where the addresses of networks are on this node.</summary>
    public string Loopback { get; } = Path.Combine(path, "loopback");

    /// <summary>Makes the names of the identity's files safe, before something is closed with what they hold.</summary>
    public void SyncIdentity() => PhysicalFileSystem.Instance.SyncDirectory(Path.Combine(path, "certificates"));

    /// <summary>The state as last saved; null when there is none.</summary>
    /// <exception cref="InvalidIdentityException">The file is damaged.</exception>
    public SavedMembership? Load()
    {
        try
        {
            return _disk.Read(StateFile) is { } text
                ? JsonSerializer.Deserialize(text, MembershipJson.Default.SavedMembership)
                : null;
        }
        catch (JsonException exception)
        {
            throw new InvalidIdentityException(
                Certificates.ChainFault.Unreadable,
                $"{StateFile} could not be read: {exception.Message}; leave the swarm and join again");
        }
    }

    /// <summary>The state as text.</summary>
    /// <exception cref="InvalidIdentityException">There is none.</exception>
    public string Text() => _disk.Read(StateFile) ?? throw new InvalidIdentityException(
        Certificates.ChainFault.Unreadable,
        $"there is no {StateFile}; leave the swarm and join again");

    /// <summary>Makes an empty directory on the same disk, for the caller to delete.</summary>
    public string CreateTemporary()
    {
        var temporary = Path.Combine(path, TemporaryPrefix + Path.GetRandomFileName());
        Directory.CreateDirectory(temporary);
        return temporary;
    }

    /// <summary>Deletes what the last process had no time to delete.</summary>
    public void DeleteTemporaries()
    {
        if (Directory.Exists(path))
        {
            foreach (var left in Directory.GetDirectories(path, TemporaryPrefix + "*"))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }

    public void Save(SavedMembership membership) => _disk.Write(
        StateFile,
        JsonSerializer.Serialize(membership, MembershipJson.Default.SavedMembership),
        isSecret: false);

    /// <summary>Forgets the log: whoever becomes a manager again does so as a new member.</summary>
    public void ClearLog()
    {
        if (Directory.Exists(Log))
        {
            Directory.Delete(Log, recursive: true);
        }
    }

    /// <summary>Forgets the membership.</summary>
    public void Clear()
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        File.Delete(Path.Combine(path, StateFile));
        File.Delete(Loopback);
        foreach (var directory in new[] { Path.Combine(path, "certificates"), Log, Tasks }.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

/// <summary>A membership as it is kept.</summary>
/// <param name="Addresses">Where the node listens and is reached.</param>
/// <param name="Managers">The managers it knew last.</param>
/// <param name="Configured">The settings of the process that the addresses go with; null for none known.</param>
internal sealed record SavedMembership(
    NodeAddresses Addresses,
    ManagerPeer[] Managers,
    ConfiguredAddresses? Configured = null);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(SavedMembership))]
[JsonSerializable(typeof(NodeId))]
internal sealed partial class MembershipJson : JsonSerializerContext;
