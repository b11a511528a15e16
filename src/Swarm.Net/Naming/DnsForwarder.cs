using System.Net;
using System.Net.Sockets;
using Swarm.Net.Userspace;

namespace Swarm.Net.Naming;

/// <summary>Asks other servers, one after the other, in bounded time and number.</summary>
internal sealed class DnsForwarder(NameServerOptions options)
{
    private const int MaxMessage = 4_096;

    private int _waiting;

    /// <summary>Passes a question on and its answer back; false when too many wait.</summary>
    public bool TryForward(ReadOnlySpan<byte> message, in DnsQuery query, SocketAddress client, Socket server)
    {
        if (Interlocked.Increment(ref _waiting) > options.MaxForwards)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        var question = message.ToArray();
        var back = new SocketAddress(client.Family, client.Size);
        client.Buffer[..client.Size].CopyTo(back.Buffer);
        var known = query;
        _ = RelayContext.StartAsync(() => ForwardAsync(question, known, back, server));
        return true;
    }

    /// <summary>Asks over TCP, and says so when nobody answers.</summary>
    public async ValueTask<int> AskAsync(ReadOnlyMemory<byte> question, DnsQuery query, Memory<byte> answer)
    {
        if (Interlocked.Increment(ref _waiting) > options.MaxForwards)
        {
            Interlocked.Decrement(ref _waiting);
            return DnsAnswer.Empty(question.Span, query, DnsResult.Refused, answer.Span);
        }

        try
        {
            foreach (var forwarder in options.Forwarders)
            {
                if (await AskStreamAsync(forwarder, question, query, answer) is > 0 and var length)
                {
                    return length;
                }
            }

            return DnsAnswer.Empty(question.Span, query, DnsResult.Failed, answer.Span);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async ValueTask<int> AskStreamAsync(
        IPEndPoint forwarder,
        ReadOnlyMemory<byte> question,
        DnsQuery query,
        Memory<byte> answer)
    {
        using var socket = new Socket(forwarder.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(options.ForwardTimeout, options.Time);
        try
        {
            await socket.ConnectAsync(forwarder, limit.Token);
            await DnsStreams.SendAsync(socket, question, limit.Token);
            var count = await DnsStreams.ReceiveAsync(socket, answer, limit.Token);
            return IsAnswer(answer.Span[..count], question.Span, query) ? count : 0;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return 0;
        }
    }

    private async Task ForwardAsync(byte[] question, DnsQuery query, SocketAddress client, Socket server)
    {
        var answer = new byte[MaxMessage];
        try
        {
            var length = 0;
            foreach (var forwarder in options.Forwarders)
            {
                length = await AskAsync(forwarder, question, query, answer);
                if (length > 0)
                {
                    break;
                }
            }

            length = length > 0 ? length : DnsAnswer.Empty(question, query, DnsResult.Failed, answer);
            await server.SendToAsync(answer.AsMemory(0, length), SocketFlags.None, client);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server has been closed, or the client has gone.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async ValueTask<int> AskAsync(IPEndPoint forwarder, byte[] question, DnsQuery query, byte[] answer)
    {
        // A socket of its own has a port by chance, which whoever wants to answer in another's name has to guess.
        using var socket = new Socket(forwarder.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        using var limit = new CancellationTokenSource(options.ForwardTimeout, options.Time);
        try
        {
            await socket.ConnectAsync(forwarder, limit.Token);
            await socket.SendAsync(question.AsMemory(), SocketFlags.None, limit.Token);
            while (true)
            {
                var count = await socket.ReceiveAsync(answer.AsMemory(), SocketFlags.None, limit.Token);
                if (IsAnswer(answer.AsSpan(0, count), question, query))
                {
                    return count;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return 0;
        }
    }

    private static bool IsAnswer(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> question, in DnsQuery query) =>
        answer.Length >= DnsQuery.HeaderBytes
        && answer[..2].SequenceEqual(question[..2])
        && (answer[2] & 0x80) != 0
        && (answer.Length == DnsQuery.HeaderBytes
            || (answer.Length >= query.Length
                && answer[DnsQuery.HeaderBytes..query.Length]
                    .SequenceEqual(question[DnsQuery.HeaderBytes..query.Length])));
}
