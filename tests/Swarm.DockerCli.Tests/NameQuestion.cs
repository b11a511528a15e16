using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>Asks a name server for IPv4 addresses, as a resolver does (RFC 1035, 4.1).</summary>
internal static class NameQuestion
{
    private const int HeaderBytes = 12;
    private const int RecordBytes = 12;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>The addresses in their order, or <c>unknown</c>, or what went wrong.</summary>
    public static async Task<string> AskAsync(IPEndPoint server, string name)
    {
        var question = Write(name);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await socket.ConnectAsync(server, limit.Token);
            await socket.SendAsync(question, limit.Token);
            var answer = new byte[1500];
            await socket.ReceiveAsync(answer, limit.Token);
            return Read(answer, question.Length);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return $"failed: {exception.Message}";
        }
    }

    private static byte[] Write(string name)
    {
        var message = new List<byte> { 0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }

        message.AddRange([0, 0, 1, 0, 1]);
        return [.. message];
    }

    private static string Read(byte[] answer, int questionLength)
    {
        const int noSuchName = 3;
        var result = answer[3] & 15;
        if (result != 0)
        {
            return result == noSuchName ? "unknown" : $"result {result}";
        }

        var count = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6));
        Assert.True(questionLength >= HeaderBytes);
        return string.Join(' ', Enumerable.Range(0, count)
            .Select(i => new IPAddress(answer.AsSpan(questionLength + (i * (RecordBytes + 4)) + RecordBytes, 4)).ToString())
            .Order(StringComparer.Ordinal));
    }
}
