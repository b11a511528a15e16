using System.Buffers.Binary;
using Swarm.Raft;

namespace Swarm.Benchmarks.Raft;

/// <summary>A state of so many MiB in memory, and a count of the entries since.</summary>
internal sealed class BlockState(int mebibytes) : IStateMachine
{
    private const int BlockBytes = 1 << 20;

    private byte[][] _blocks = [.. Enumerable.Range(0, mebibytes).Select(i => Fill(new byte[BlockBytes], i))];
    private long _entries;

    public long Entries => Volatile.Read(ref _entries);

    public long RestoredBytes { get; private set; }

    public void Apply(in CommittedEntry entry) => Volatile.Write(ref _entries, _entries + 1);

    public async Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken)
    {
        var blocks = _blocks;
        var head = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(head, _entries);
        await destination.WriteAsync(head, cancellationToken);
        foreach (var block in blocks)
        {
            await destination.WriteAsync(block, cancellationToken);
        }
    }

    public async Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken)
    {
        var head = new byte[sizeof(long)];
        await source.ReadExactlyAsync(head, cancellationToken);
        var blocks = new List<byte[]>();
        var expected = new byte[BlockBytes];
        while (true)
        {
            var block = new byte[BlockBytes];
            var count = await source.ReadAtLeastAsync(block, BlockBytes, throwOnEndOfStream: false, cancellationToken);
            if (count == 0)
            {
                break;
            }

            if (!block.AsSpan().SequenceEqual(Fill(expected, blocks.Count)))
            {
                throw new InvalidDataException($"block {blocks.Count} is not the one that was sent");
            }

            blocks.Add(block);
        }

        (_blocks, RestoredBytes) = ([.. blocks], (long)blocks.Count * BlockBytes);
        Volatile.Write(ref _entries, BinaryPrimitives.ReadInt64LittleEndian(head));
    }

    private static byte[] Fill(byte[] block, int number)
    {
        new Random(number).NextBytes(block);
        return block;
    }
}
