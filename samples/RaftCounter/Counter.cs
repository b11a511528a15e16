using System.Buffers.Binary;
using Swarm.Raft;

namespace RaftCounter;

/// <summary>The state: a number. Entries add to it.</summary>
public sealed class Counter : IStateMachine
{
    public long Value { get; private set; }

    public void Apply(in CommittedEntry entry) => Value += BinaryPrimitives.ReadInt64LittleEndian(entry.Data.Span);

    public async Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Value);
        await destination.WriteAsync(bytes, cancellationToken);
    }

    public async Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(long)];
        await source.ReadExactlyAsync(bytes, cancellationToken);
        Value = BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }
}
