using Swarm.Raft.Consensus;

namespace Swarm.Raft.Transport;

/// <summary>
/// Hands messages of one connection to the node. What the node has not taken holds up the reading: two batches at most
/// are in memory, then the sender waits.
/// </summary>
internal sealed class MessageReceiver(Connection connection, PeerId sender, RaftNode node)
{
    private const int BatchMessages = 256;
    private const int BatchBytes = 256 * 1024;

    /// <summary>Ends with the connection.</summary>
    /// <exception cref="RaftTransportException">The sender breaks the rules.</exception>
    /// <exception cref="RaftProtocolException">What came is no message.</exception>
    public async Task RunAsync()
    {
        var taken = Task.CompletedTask;
        while (await connection.Reader.ReadAsync() is { } first)
        {
            var batch = new List<Message> { Read(first) };
            for (var bytes = first.Body.Length;
                bytes < BatchBytes && batch.Count < BatchMessages && connection.Reader.TryRead(out var frame);
                bytes += frame.Body.Length)
            {
                batch.Add(Read(frame));
            }

            await taken;
            taken = node.StepAsync(batch.ToArray());
        }

        await taken;
    }

    private Message Read(Frame frame)
    {
        if (frame.Type != FrameType.Message)
        {
            throw new RaftTransportException($"a frame of type {(int)frame.Type} came in place of a message");
        }

        // The log keeps the payloads, so they get memory of their own.
        var message = MessageCodec.Read(frame.Body.ToArray());
        if (message.From != sender)
        {
            throw new RaftTransportException($"member {sender} speaks for member {message.From}");
        }

        return message.Type != MessageType.Snap
            ? message
            : throw new RaftTransportException("a snapshot came without a connection of its own");
    }
}
