using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Swarm.Net.Userspace;

namespace Swarm.Net.Naming;

/// <summary>
/// Questions over TCP (RFC 7766), as they come from clients whose answer was too long for a packet: each message has
/// its length in front.
/// </summary>
internal sealed class DnsStreams : IDisposable
{
    /// <summary>Longest message that the length in front can tell.</summary>
    public const int MaxMessage = ushort.MaxValue;

    private const int MaxClients = 64;

    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(10);

    private readonly Func<ReadOnlyMemory<byte>, Memory<byte>, ValueTask<int>> _answer;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private int _clients;

    /// <param name="listen">Where to listen.</param>
    /// <param name="answer">Answers a message; 0 for none.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="SocketException">The address is in use, or not of this machine.</exception>
    public DnsStreams(
        IPEndPoint listen,
        Func<ReadOnlyMemory<byte>, Memory<byte>, ValueTask<int>> answer,
        TimeProvider time)
    {
        (_answer, _time) = (answer, time);
        _listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(listen);
            _listener.Listen(MaxClients);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
    }

    /// <summary>Begins to take clients in.</summary>
    public void Start() => _ = RelayContext.StartAsync(AcceptAsync);

    public void Dispose() => _listener.Dispose();

    /// <summary>Reads one message; 0 at the end of the stream.</summary>
    public static async ValueTask<int> ReceiveAsync(Socket socket, Memory<byte> buffer, CancellationToken limit)
    {
        var front = new byte[2];
        return await FillAsync(socket, front, limit)
            && BinaryPrimitives.ReadUInt16BigEndian(front) is var length
            && await FillAsync(socket, buffer[..length], limit)
                ? length
                : 0;
    }

    /// <summary>Sends one message.</summary>
    public static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> message, CancellationToken limit)
    {
        var whole = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(whole, (ushort)message.Length);
        message.CopyTo(whole.AsMemory(2));
        for (var sent = 0; sent < whole.Length;)
        {
            sent += await socket.SendAsync(whole.AsMemory(sent), SocketFlags.None, limit);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync();
                if (Interlocked.Increment(ref _clients) > MaxClients)
                {
                    Interlocked.Decrement(ref _clients);
                    client.Dispose();
                }
                else
                {
                    _ = ServeAsync(client);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed. Packets are answered still.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using (client)
            {
                var question = new byte[MaxMessage];
                var answer = new byte[MaxMessage];
                while (true)
                {
                    using var limit = new CancellationTokenSource(IdleLimit, _time);
                    var count = await ReceiveAsync(client, question, limit.Token);
                    var length = count > 0 ? await _answer(question.AsMemory(0, count), answer) : 0;
                    if (length == 0)
                    {
                        return;
                    }

                    await SendAsync(client, answer.AsMemory(0, length), limit.Token);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The client has gone, or says nothing.
        }
        finally
        {
            Interlocked.Decrement(ref _clients);
        }
    }

    private static async ValueTask<bool> FillAsync(Socket socket, Memory<byte> buffer, CancellationToken limit)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer[filled..], SocketFlags.None, limit);
            if (count == 0)
            {
                return false;
            }

            filled += count;
        }

        return true;
    }
}
