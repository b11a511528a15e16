using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;

namespace Swarm.Testing;

/// <summary>The way of the log to the other managers of a test cluster: may lose messages, and says so.</summary>
internal sealed class LogTransport(NodeProcess process, FileRaftStorage storage) : IRaftTransport
{
    private readonly HashSet<ulong> _unreachable = [];

    /// <summary>Whether the last message to a member arrived.</summary>
    public bool IsActive(ulong id) => !_unreachable.Contains(id);

    public void Send(ReadOnlySpan<Message> messages)
    {
        foreach (ref readonly var message in messages)
        {
            Send(Keep(in message));
        }
    }

    private void Send(Message message)
    {
        var network = process.Node.Cluster.Network;
        var target = process.Node.Cluster.Nodes.FirstOrDefault(node => node.RaftId == message.To);
        network.After(network.DrawLatency(), () =>
        {
            if (!process.IsRunning)
            {
                return;
            }

            var arrives = target?.Process is { IsRunning: true, Manager.Raft: not null }
                && network.IsOpen(process.Node, target)
                && !network.Loses();
            if (arrives)
            {
                _unreachable.Remove(message.To);
                target!.Process!.Manager!.Raft!.Step(message);
            }
            else
            {
                _unreachable.Add(message.To);
                process.Manager!.Raft?.Unreachable(message.To);
            }

            if (message.Type == MessageType.Snap)
            {
                process.Manager!.Raft?.SnapshotDelivered(message.To, arrives);
            }
        });
    }

    // Entries are valid during the call only; of a snapshot the newest one there is travels.
    private Message Keep(in Message message)
    {
        if (message.Type != MessageType.Snap)
        {
            return message with { Entries = message.Entries.ToArray() };
        }

        using var snapshot = storage.OpenSnapshot()
            ?? throw new InvalidOperationException("the core sends a snapshot that the log does not have");
        using var data = new MemoryStream();
        snapshot.CopyTo(data);
        return message with { Snapshot = new Snapshot { Metadata = snapshot.Metadata, Data = data.ToArray() } };
    }
}

/// <summary>Bytes of a seeded source, so that a log is the same each time.</summary>
internal sealed class SeededBytes(Random random) : IRandomBytes
{
    public void Fill(Span<byte> destination) => random.NextBytes(destination);
}
