using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Transport;

/// <summary>Sends the newest snapshot to a member, over a connection of its own, a chunk after the other.</summary>
internal sealed class SnapshotSender(PeerId member, EndPoint address, TransportParts parts)
{
    /// <summary>Length of the snapshot and CRC32C of its bytes.</summary>
    public const int EndSize = sizeof(long) + sizeof(uint);

    /// <summary>Sends it, and tells the node how that went.</summary>
    public async Task RunAsync(Message message, CancellationToken stop)
    {
        string reason;
        try
        {
            var index = await SendAsync(message, stop);
            parts.Node.SnapshotDelivered(member, arrived: true);
            TransportLog.SnapshotSent(parts.Logger, parts.Node.Id, member, index);
            return;
        }
        catch (Exception exception) when (Connection.IsEnd(exception) || exception is RaftStorageException)
        {
            reason = exception.Message;
        }

        parts.Node.SnapshotDelivered(member, arrived: false);
        if (!stop.IsCancellationRequested)
        {
            TransportLog.SnapshotNotSent(parts.Logger, parts.Node.Id, member, reason);
        }
    }

    private async Task<ulong> SendAsync(Message message, CancellationToken stop)
    {
        var options = parts.Options;
        await using var snapshot = parts.Node.OpenSnapshot()
            ?? throw new RaftTransportException("there is no snapshot any more");
        using var connection = await Connection.DialAsync(
            address, options.Tls, options.ConnectTimeout, options.Time, stop);
        await using var ending = stop.UnsafeRegister(static state => ((Connection)state!).Dispose(), connection);
        try
        {
            await Handshake.GreetAsync(
                connection, parts.Greet(member, ConnectionPurpose.Snapshot), options.Tls);
            TransportLog.SnapshotBegun(
                parts.Logger, parts.Node.Id, member, snapshot.Metadata.Index, snapshot.Length);
            await AnnounceAsync(
                connection, message with { Snapshot = new Snapshot { Metadata = snapshot.Metadata } });
            await SendBytesAsync(connection, snapshot);
            connection.Limit(options.SnapshotTimeout, "making the snapshot safe");
            var answer = await connection.Reader.ReadAsync()
                ?? throw new RaftTransportException("the other side has closed the connection without an answer");
            return answer.Type == FrameType.SnapshotTaken
                ? snapshot.Metadata.Index
                : throw new RaftTransportException(Handshake.ReasonOf(answer));
        }
        catch (Exception exception)
        {
            throw connection.Explain(exception);
        }
    }

    private static async Task AnnounceAsync(Connection connection, Message message)
    {
        using var buffer = new FrameBuffer();
        buffer.Begin();
        MessageCodec.Write(buffer, in message);
        buffer.End(FrameType.SnapshotBegin);
        await connection.WriteAsync(buffer.Written);
    }

    // The answer that refuses is read where the writing fails, or at the end.
    private async Task SendBytesAsync(Connection connection, Stream snapshot)
    {
        var size = parts.Options.SnapshotChunkBytes;
        var chunk = ArrayPool<byte>.Shared.Rent(FrameHeader.Size + Math.Max(size, EndSize));
        try
        {
            var (total, checksum) = (0L, 0u);
            while (true)
            {
                var body = chunk.AsMemory(FrameHeader.Size, size);
                var count = await snapshot.ReadAtLeastAsync(body, size, throwOnEndOfStream: false);
                if (count == 0)
                {
                    break;
                }

                checksum = Crc32C.Compute(checksum, body.Span[..count]);
                total += count;
                await WriteAsync(connection, chunk, FrameType.SnapshotChunk, count);
            }

            BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(FrameHeader.Size), total);
            BinaryPrimitives.WriteUInt32LittleEndian(chunk.AsSpan(FrameHeader.Size + sizeof(long)), checksum);
            await WriteAsync(connection, chunk, FrameType.SnapshotEnd, EndSize);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async Task WriteAsync(Connection connection, byte[] chunk, FrameType type, int length)
    {
        chunk.AsSpan(0, FrameHeader.Size).Clear();
        new FrameHeader(length, type).Write(chunk);
        connection.Limit(parts.Options.SendTimeout, "sending a snapshot");
        await connection.WriteAsync(chunk.AsMemory(0, FrameHeader.Size + length));
        connection.Unlimit();
    }
}
