using System.Net.Sockets;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>One request on a connection of its own, as simple as can be: what fails is seen and not tried again.</summary>
internal static class HttpCall
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>The body of the answer.</summary>
    /// <exception cref="IOException">There was no whole answer.</exception>
    /// <exception cref="SocketException">Nobody takes the call.</exception>
    public static async Task<string> GetAsync(string address, int port)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(address, port, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {address}\r\n\r\n"), limit.Token);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var answer = await reader.ReadToEndAsync(limit.Token);
        return answer.StartsWith("HTTP/1.1 200 OK\r\n", StringComparison.Ordinal)
            ? answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]
            : throw new IOException($"the answer is '{answer}'");
    }

    /// <summary>The body of the answer, or what went wrong.</summary>
    public static async Task<string> TryGetAsync(string address, int port)
    {
        try
        {
            return await GetAsync(address, port);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            return $"failed: {exception.Message}";
        }
    }
}
