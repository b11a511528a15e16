using System.Buffers.Binary;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Transport;

/// <summary>Takes one snapshot from a connection straight to the disk.</summary>
internal sealed class SnapshotReceiver(Connection connection, PeerId sender, TransportParts parts)
{
    /// <exception cref="RaftTransportException">The sender breaks the rules, or the snapshot is not taken.</exception>
    public async Task RunAsync()
    {
        var frame = await NextAsync();
        if (frame.Type != FrameType.SnapshotBegin)
        {
            throw new RaftTransportException($"a frame of type {(int)frame.Type} came in place of a snapshot");
        }

        var message = MessageCodec.Read(frame.Body.ToArray());
        if (message.From != sender)
        {
            throw new RaftTransportException($"member {sender} speaks for member {message.From}");
        }

        try
        {
            if (!await parts.Node.ReceiveSnapshotAsync(message, CopyAsync, parts.Stop))
            {
                throw new RaftTransportException("another snapshot is being received; try again later");
            }
        }
        catch (Exception exception) when (exception is RaftStorageException)
        {
            throw new RaftTransportException(exception.Message);
        }

        await connection.WriteAsync(FrameType.SnapshotTaken, default);
    }

    private async Task CopyAsync(Stream destination, CancellationToken stop)
    {
        await using var ending = stop.UnsafeRegister(static state => ((Connection)state!).Dispose(), connection);
        var (total, checksum) = (0L, 0u);
        while (true)
        {
            var frame = await NextAsync();
            switch (frame.Type)
            {
                case FrameType.SnapshotChunk:
                    checksum = Crc32C.Compute(checksum, frame.Body.Span);
                    total += frame.Body.Length;
                    await destination.WriteAsync(frame.Body, stop);
                    break;
                case FrameType.SnapshotEnd:
                    CheckEnd(frame.Body.Span, total, checksum);
                    connection.Unlimit();
                    return;
                default:
                    throw new RaftTransportException($"a frame of type {(int)frame.Type} came within a snapshot");
            }
        }
    }

    private static void CheckEnd(ReadOnlySpan<byte> end, long total, uint checksum)
    {
        if (end.Length < SnapshotSender.EndSize
            || BinaryPrimitives.ReadInt64LittleEndian(end) != total
            || BinaryPrimitives.ReadUInt32LittleEndian(end[sizeof(long)..]) != checksum)
        {
            throw new RaftTransportException($"the {total} bytes of the snapshot are not those that were sent");
        }
    }

    // A sender that sends nothing must not keep others from sending theirs.
    private async ValueTask<Frame> NextAsync()
    {
        connection.Limit(parts.Options.SendTimeout, "waiting for the next part of a snapshot");
        var frame = await connection.Reader.ReadAsync()
            ?? throw new RaftTransportException("the connection ended within a snapshot");
        connection.Unlimit();
        return frame;
    }
}
