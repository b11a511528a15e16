using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Swarm.Hosting.Gossip;

/// <summary>
/// Where Docker Engines find each other. They look for the gossip of the swarm at its managers, TCP port 7946; this
/// is the least that makes them meet: whoever comes tells whom it knows and is told whom the others know. From then
/// on they talk among themselves.
/// </summary>
/// <param name="keys">The keys of the gossip as they are now.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For what goes wrong.</param>
internal sealed partial class GossipPort(Func<IReadOnlyList<ValueList<byte>>> keys, TimeProvider time, ILogger logger)
{
    /// <summary>The port that engines look for.</summary>
    public const int Number = 7946;

    private const int MaxConnections = 128;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private readonly MemberDirectory _directory = new(time);
    private readonly HashSet<Task> _connections = [];

    /// <summary>Answers until cancelled. Without the port, engines of this swarm do not find each other.</summary>
    public async Task RunAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        using var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen();
        }
        catch (SocketException exception)
        {
            LogNoPort(endPoint, exception.Message);
            return;
        }

        await AcceptAsync(listener, cancellationToken);
        await Task.WhenAll(_connections);
    }

    /// <summary>Answers one message; null to one that is not for us.</summary>
    internal byte[]? Answer(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (GossipEnvelope.Open(head, body, keys()) is not { } opened)
        {
            return null;
        }

        var known = _directory.Exchange(MemberList.Read(opened.Message));
        return GossipEnvelope.Seal(MemberList.Write(known), opened.Key);
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                _connections.RemoveWhere(connection => connection.IsCompleted);
                if (_connections.Count < MaxConnections)
                {
                    _connections.Add(ServeAsync(socket, cancellationToken));
                }
                else
                {
                    socket.Dispose();
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception)
            {
                LogConnectionFailed(exception.Message);
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var head = new byte[GossipEnvelope.HeadLength];
            await stream.ReadExactlyAsync(head, end.Token);
            var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
            if (head[0] != GossipEnvelope.Kind || length is < 0 or > MemberList.MaxBytes)
            {
                return;
            }

            var body = new byte[length];
            await stream.ReadExactlyAsync(body, end.Token);
            if (Answer(head, body) is { } answer)
            {
                await stream.WriteAsync(answer, end.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or OverflowException
            or OperationCanceledException)
        {
            LogConnectionFailed(exception.Message);
        }
    }

    [LoggerMessage(
        4100,
        LogLevel.Warning,
        "Docker Engines of this swarm cannot find each other's containers, because {EndPoint} (TCP) is not free: {Reason}")]
    private partial void LogNoPort(IPEndPoint endPoint, string reason);

    [LoggerMessage(4101, LogLevel.Debug, "A connection of the gossip failed: {Reason}")]
    private partial void LogConnectionFailed(string reason);
}
