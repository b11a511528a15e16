using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Net.Naming;
using Swarm.Net.Userspace;

namespace Swarm.Net;

/// <summary>
/// Answers names of its own and passes on all others, over UDP and TCP. Several addresses of a name come in another
/// order each time.
/// </summary>
/// <remarks>
/// The rules are those of Docker's resolver: a name of ours without an address of the type asked for is answered with
/// no record and not passed on, so that a client which asks for IPv6 first does not learn of someone else's. All
/// members may be called from any thread.
/// </remarks>
public sealed partial class NameServer : IAsyncDisposable
{
    private const int MaxMessage = 4_096;
    private const int MaxAttempts = 20;

    private readonly NameServerOptions _options;
    private readonly DnsForwarder _forwarder;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly DnsStreams? _streams;
    private readonly Task _answering;
    private NameTable _table = new([]);
    private volatile bool _isClosed;
    private uint _turn;

    /// <summary>Opens the server; it knows no name yet.</summary>
    /// <param name="options">Options.</param>
    /// <param name="logger">The log; null means none.</param>
    /// <exception cref="SocketException">The address is in use, or not of this machine.</exception>
    public NameServer(NameServerOptions options, ILogger<NameServer>? logger = null)
        : this(options, open => open(), logger)
    {
    }

    /// <summary>The same with sockets that are opened somewhere else.</summary>
    /// <param name="options">Options.</param>
    /// <param name="within">Opens them there.</param>
    /// <param name="logger">The log.</param>
    internal NameServer(
        NameServerOptions options,
        Func<Func<(Socket, DnsStreams?)>, (Socket Packets, DnsStreams? Streams)> within,
        ILogger<NameServer>? logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _forwarder = new DnsForwarder(options);
        _logger = logger ?? NullLogger<NameServer>.Instance;
        (_socket, _streams) = within(Open);
        _streams?.Start();
        _answering = RelayContext.StartAsync(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Replaces all names.</summary>
    /// <param name="records">The names there are to be.</param>
    public void Apply(IEnumerable<NameRecord> records) => Apply(new NameTable(records));

    /// <summary>The same with a table that servers may share.</summary>
    internal void Apply(NameTable table) => Volatile.Write(ref _table, table);

    /// <summary>Closes the server.</summary>
    /// <returns>Completes when it answers no longer.</returns>
    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        _socket.Dispose();
        _streams?.Dispose();
        await _answering;
    }

    // A port that the system chose for UDP may be taken for TCP; one that was named has to do.
    private (Socket Packets, DnsStreams? Streams) Open()
    {
        for (var left = MaxAttempts; ; left--)
        {
            var packets = Bind();
            var address = (IPEndPoint)packets.LocalEndPoint!;
            try
            {
                return (packets, new DnsStreams(address, AnswerStreamAsync, _options.Time));
            }
            catch (SocketException exception) when (_options.Listen.Port != 0 || left == 1)
            {
                LogNoStreams(address, exception.Message);
                return (packets, null);
            }
            catch (SocketException)
            {
                packets.Dispose();
            }
        }
    }

    private Socket Bind()
    {
        var packets = new Socket(_options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            packets.Bind(_options.Listen);
            return packets;
        }
        catch
        {
            packets.Dispose();
            throw;
        }
    }

    private async Task AnswerAsync()
    {
        var buffer = new byte[MaxMessage];
        var answer = new byte[DnsQuery.LargestLimit];
        var client = new SocketAddress(_options.Listen.AddressFamily);
        while (!_isClosed)
        {
            try
            {
                client.Size = SocketAddress.GetMaximumAddressSize(_options.Listen.AddressFamily);
                var count = await _socket.ReceiveFromAsync(buffer.AsMemory(), SocketFlags.None, client);
                var length = AnswerPacket(buffer.AsSpan(0, count), answer, client);
                if (length > 0)
                {
                    await _socket.SendToAsync(answer.AsMemory(0, length), SocketFlags.None, client);
                }
            }
            catch (Exception exception) when (_isClosed && exception is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                LogFailed(exception.Message);
            }
        }
    }

    /// <summary>Answers on the spot, or leaves it to a forwarder; 0 when there is nothing to send now.</summary>
    private int AnswerPacket(ReadOnlySpan<byte> message, Span<byte> answer, SocketAddress client)
    {
        if (!DnsQuery.TryRead(message, out var query))
        {
            // Answers are never answered, or two servers would talk for ever.
            return message.Length >= DnsQuery.HeaderBytes && (message[2] & 0x80) == 0
                ? DnsAnswer.Malformed(message, answer)
                : 0;
        }

        if (Answer(message, query, answer[..query.Limit]) is > 0 and var length)
        {
            return length;
        }

        return _forwarder.TryForward(message, query, client, _socket)
            ? 0
            : DnsAnswer.Empty(message, query, DnsResult.Refused, answer);
    }

    private async ValueTask<int> AnswerStreamAsync(ReadOnlyMemory<byte> message, Memory<byte> answer)
    {
        if (!DnsQuery.TryRead(message.Span, out var query))
        {
            return 0;
        }

        return Answer(message.Span, query, answer.Span) is > 0 and var length
            ? length
            : await _forwarder.AskAsync(message, query, answer);
    }

    /// <summary>Answers what needs no forwarder; 0 for all else.</summary>
    private int Answer(ReadOnlySpan<byte> message, in DnsQuery query, Span<byte> answer)
    {
        var table = Volatile.Read(ref _table);
        if (query.Class == DnsAnswer.Internet && table.TryFind(query.Name, out var addresses))
        {
            return AnswerAddresses(message, query, addresses, answer);
        }

        if (query.Type == DnsAnswer.Ptr && table.FindReverse(query.Name) is { } name)
        {
            var length = DnsAnswer.Empty(message, query, DnsResult.Done, answer);
            DnsAnswer.TryAdd(name, _options.Lifetime, answer, ref length);
            return length;
        }

        return _options.Forwarders.Count == 0
            ? DnsAnswer.Empty(message, query, DnsResult.NoSuchName, answer)
            : 0;
    }

    private int AnswerAddresses(
        ReadOnlySpan<byte> message,
        in DnsQuery query,
        ImmutableArray<IPAddress> addresses,
        Span<byte> answer)
    {
        var length = DnsAnswer.Empty(message, query, DnsResult.Done, answer);
        var turn = addresses.Length > 1 ? (int)(_turn++ % (uint)addresses.Length) : 0;
        for (var i = 0; i < addresses.Length; i++)
        {
            var address = addresses[(turn + i) % addresses.Length];
            var type = address.AddressFamily == AddressFamily.InterNetwork ? DnsAnswer.A : DnsAnswer.Aaaa;
            if ((query.Type == type || query.Type == DnsAnswer.Any)
                && !DnsAnswer.TryAdd(address, _options.Lifetime, answer, ref length))
            {
                break;
            }
        }

        return length;
    }

    [LoggerMessage(3100, LogLevel.Debug, "The name server could not receive or answer a question: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(3101, LogLevel.Debug, "The name server at {Address} answers packets only, as it has no listener: {Reason}")]
    private partial void LogNoStreams(IPEndPoint address, string reason);
}
