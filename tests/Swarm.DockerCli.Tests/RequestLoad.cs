using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>
/// Clients that send requests at a steady rate, half of them on connections of their own and half on connections that
/// are kept. Nothing is tried again, and every answer is looked at.
/// </summary>
internal sealed class RequestLoad : IAsyncDisposable
{
    /// <summary>How many there are; each has one request under way at most.</summary>
    public const int Clients = 16;

    private const int RequestsPerKeptConnection = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLag = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentQueue<string> _cuts = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private readonly TimeSpan _interval;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Task[] _clients;
    private volatile string[] _addresses;
    private long _requests;
    private long _connections;
    private TimeSpan _slowest;

    /// <param name="addresses">Where the port is answered; clients call one after the other.</param>
    /// <param name="port">The port.</param>
    /// <param name="rate">Requests of all clients per second.</param>
    public RequestLoad(string[] addresses, int port, int rate)
    {
        (_addresses, _port, _interval) = (addresses, port, TimeSpan.FromSeconds((double)Clients / rate));
        _clients = [.. Enumerable.Range(0, Clients).Select(i => Task.Run(() => CallAsync(i, isKept: i % 2 == 0)))];
    }

    /// <summary>Requests that were answered.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests that nobody took, that were answered wrongly or not in time.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Requests that somebody took and did not answer: the connection ended before the answer.</summary>
    public IReadOnlyCollection<string> Cuts => _cuts;

    /// <summary>Where clients call from now on; waits until nobody is on a connection to anywhere else.</summary>
    public async Task MoveToAsync(params string[] addresses)
    {
        _addresses = addresses;
        await Task.Delay(2 * _interval + LongestLag + LongestLag);
    }

    /// <summary>Waits for a number of further answers.</summary>
    public Task GoOnAsync(int requests)
    {
        var goal = Requests + requests;
        return Eventually.BecomesAsync(
            () => Task.FromResult(Requests),
            answered => answered >= goal,
            $"{goal} requests are answered");
    }

    /// <summary>What there is to be told of it.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {Requests} requests on {Interlocked.Read(ref _connections)} connections, {Requests / Stopwatch.GetElapsedTime(_started).TotalSeconds:0}/s, slowest {_slowest.TotalMilliseconds:0} ms; {_failures.Count} failed, {_cuts.Count} cut
        """);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private async Task CallAsync(int index, bool isKept)
    {
        var due = Stopwatch.GetTimestamp() + (long)(_interval.TotalSeconds * Stopwatch.Frequency * index / Clients);
        for (var turn = index; !_stop.IsCancellationRequested; turn++)
        {
            var addresses = _addresses;
            var address = addresses[turn % addresses.Length];
            var count = isKept ? RequestsPerKeptConnection : 1;
            try
            {
                due = await PaceAsync(due);
                using var connection = await Connection.OpenAsync(address, _port);
                Interlocked.Increment(ref _connections);
                for (var i = 0; i < count && !_stop.IsCancellationRequested && addresses == _addresses; i++)
                {
                    due = i > 0 ? await PaceAsync(due) : due;
                    var started = Stopwatch.GetTimestamp();
                    var isOpen = await connection.AskAsync(isKept && i + 1 < count);
                    Note(Stopwatch.GetElapsedTime(started));
                    if (!isOpen)
                    {
                        break;
                    }
                }
            }
            catch (CutException exception)
            {
                _cuts.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {address}: {exception.Message}");
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {address}: {exception.Message}");
            }
        }
    }

    private void Note(TimeSpan time)
    {
        Interlocked.Increment(ref _requests);
        _slowest = time > _slowest ? time : _slowest;
    }

    // Whoever lags behind does not make up for it in one burst.
    private async Task<long> PaceAsync(long due)
    {
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait);
        }

        var now = Stopwatch.GetTimestamp();
        var earliest = now - (long)(LongestLag.TotalSeconds * Stopwatch.Frequency);
        return Math.Max(due, earliest) + (long)(_interval.TotalSeconds * Stopwatch.Frequency);
    }

    private sealed class CutException(string message) : Exception(message);

    private sealed class Connection(Socket socket) : IDisposable
    {
        private readonly byte[] _buffer = new byte[4096];
        private string _task = "nobody yet";

        public static async Task<Connection> OpenAsync(string address, int port)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var limit = new CancellationTokenSource(Limit);
                await socket.ConnectAsync(address, port, limit.Token);
                return new Connection(socket);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
            {
                // It was there, and its end came before it was seen.
                socket.Dispose();
                throw new CutException($"{exception.Message} by somebody, as soon as there was a connection");
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        /// <summary>Sends a request and reads its answer; false when the server closes the connection after it.</summary>
        public async Task<bool> AskAsync(bool isKept)
        {
            using var limit = new CancellationTokenSource(Limit);
            var length = 0;
            try
            {
                var connection = isKept ? "keep-alive" : "close";
                await socket.SendAsync(
                    Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: web\r\nConnection: {connection}\r\n\r\n"),
                    limit.Token);
                while (!IsWhole(length))
                {
                    var count = await socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
                    length += count > 0 ? count : throw new CutException($"closed by task {_task} before an answer");
                }
            }
            catch (SocketException exception)
            {
                throw new CutException($"{exception.Message} by task {_task} after {length} bytes");
            }

            return Check(Encoding.ASCII.GetString(_buffer, 0, length));
        }

        public void Dispose() => socket.Dispose();

        private bool IsWhole(int length)
        {
            var text = Encoding.ASCII.GetString(_buffer, 0, length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var at = text.IndexOf("Content-Length: ", StringComparison.Ordinal) + "Content-Length: ".Length;
            return end > 0 && length >= end + 4
                + int.Parse(text.AsSpan(at, text.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
        }

        // The task tells who it takes its client to be.
        private bool Check(string answer)
        {
            var (from, to) = ((IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);
            var client = $"PROXY TCP4 {from.Address} {to.Address} {from.Port} {to.Port}";
            var words = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Split(' ', 3);
            _task = $"{words[0]} (process {words[1]})";
            return answer.StartsWith("HTTP/1.1 200 OK\r\n", StringComparison.Ordinal) && words[2] == client
                ? answer.Contains("Connection: keep-alive", StringComparison.Ordinal)
                : throw new IOException($"the answer is '{answer}' and not that to '{client}'");
        }
    }
}
