using Swarm.Raft.Consensus;
using Swarm.Raft.Transport;

namespace Swarm.Raft.Tests.Transport;

public sealed class SendQueueTests
{
    private const int FrameBytes = 4 * 1024 * 1024;

    private static readonly Message Heartbeat = new() { Type = MessageType.Heartbeat, To = 2, From = 1, Term = 1 };

    [Fact]
    public void Everything_that_waits_is_taken_at_once_and_heartbeats_first()
    {
        using var queue = new SendQueue(FrameBytes, FrameBytes);
        Assert.True(queue.TryAdd(Append(100)));
        Assert.True(queue.TryAdd(Append(100)));
        Assert.True(queue.TryAdd(Heartbeat));

        Assert.True(queue.TryTake(1024 * 1024, out var urgent));
        Assert.Equal([MessageType.Heartbeat], TypesIn(urgent));
        Assert.True(queue.TryTake(1024 * 1024, out var bulk));
        Assert.Equal([MessageType.App, MessageType.App], TypesIn(bulk));
        Assert.False(queue.TryTake(1024 * 1024, out _));
    }

    [Fact]
    public void A_heartbeat_passes_appends_that_wait_already()
    {
        using var queue = new SendQueue(FrameBytes, FrameBytes);
        Assert.True(queue.TryAdd(Append(1000)));
        Assert.True(queue.TryAdd(Append(1000)));
        Assert.True(queue.TryTake(500, out var first));
        Assert.Equal([MessageType.App], TypesIn(first));

        Assert.True(queue.TryAdd(Heartbeat));

        Assert.True(queue.TryTake(500, out var second));
        Assert.Equal([MessageType.Heartbeat], TypesIn(second));
    }

    [Fact]
    public void What_does_not_fit_is_dropped_and_there_is_room_again_once_something_was_taken()
    {
        using var queue = new SendQueue(10_000, FrameBytes);
        Assert.True(queue.TryAdd(Append(6000)));
        Assert.False(queue.TryAdd(Append(6000)));
        Assert.True(queue.TryAdd(Append(1000)));

        Assert.True(queue.TryTake(FrameBytes, out var frames));
        Assert.Equal(2, TypesIn(frames).Length);
        Assert.False(queue.TryTake(FrameBytes, out _));
        Assert.True(queue.TryAdd(Append(6000)));
    }

    [Fact]
    public void A_message_larger_than_any_frame_is_an_error_and_the_rest_goes_on()
    {
        using var queue = new SendQueue(FrameBytes, 1000);
        Assert.True(queue.TryAdd(Append(500)));
        Assert.Throws<RaftTransportException>(() => queue.TryAdd(Append(2000)));

        Assert.True(queue.TryTake(FrameBytes, out var frames));
        Assert.Equal([MessageType.App], TypesIn(frames));
    }

    [Fact]
    public void Nothing_is_taken_while_there_is_no_connection_in_sight()
    {
        using var queue = new SendQueue(FrameBytes, FrameBytes);
        Assert.True(queue.TryAdd(Heartbeat));
        queue.Close();
        Assert.False(queue.TryAdd(Heartbeat));

        queue.Open();
        Assert.False(queue.TryTake(FrameBytes, out _));
        Assert.True(queue.TryAdd(Heartbeat));
    }

    private static Message Append(int bytes) => new()
    {
        Type = MessageType.App,
        To = 2,
        From = 1,
        Term = 1,
        Entries = new[] { new Entry(1, 1, EntryType.Normal, new byte[bytes]) },
    };

    private static MessageType[] TypesIn(ReadOnlyMemory<byte> frames)
    {
        using var stream = new MemoryStream(frames.ToArray());
        var reader = new FrameReader(stream) { MaxLength = FrameBytes };
        var types = new List<MessageType>();
        while (reader.ReadAsync().AsTask().GetAwaiter().GetResult() is { } frame)
        {
            types.Add(MessageCodec.Read(frame.Body.ToArray()).Type);
        }

        return [.. types];
    }
}
