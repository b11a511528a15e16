using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Swarm.Docker.Engine;

namespace Swarm.Docker.Gateway;

/// <summary>
/// Connections that change their protocol: bytes between client and engine, each direction with an end of its own.
/// </summary>
internal static class ConnectionTunnel
{
    /// <summary>Serves a connection to its end.</summary>
    internal static async Task ServeAsync(
        ConnectionContext connection, EngineAddress engine, CancellationToken stopping)
    {
        Socket socket;
        try
        {
            socket = await engine.ConnectAsync(stopping);
        }
        catch (SocketException exception)
        {
            await RefuseAsync(connection.Transport.Output, EngineUnreachableException.At(engine, exception).Message);
            return;
        }

        using (socket)
        {
            await using var stream = new NetworkStream(socket);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var up = SendAsync(connection.Transport.Input, stream, socket, end.Token);
            var down = ReceiveAsync(stream, connection.Transport.Output, end.Token);

            // What the engine has still to say is waited for; what the client might have, is not.
            await down;
            await end.CancelAsync();
            await up;
        }
    }

    private static async Task RefuseAsync(PipeWriter output, string message)
    {
        var body = $$"""{"message":"{{message}}"}""";
        await output.WriteAsync(Encoding.UTF8.GetBytes(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
    }

    private static async Task SendAsync(
        PipeReader input, NetworkStream engine, Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(cancellationToken);
                foreach (var piece in read.Buffer)
                {
                    await engine.WriteAsync(piece, cancellationToken);
                }

                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    // The end of standard input; output goes on.
                    socket.Shutdown(SocketShutdown.Send);
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException
            or ConnectionAbortedException)
        {
            // The other direction tells how it ended.
        }
    }

    private static async Task ReceiveAsync(
        NetworkStream engine, PipeWriter output, CancellationToken cancellationToken)
    {
        try
        {
            while (await engine.ReadAsync(output.GetMemory(), cancellationToken) is > 0 and var read)
            {
                output.Advance(read);
                if ((await output.FlushAsync(cancellationToken)).IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // Whoever is left sees the connection end.
        }
    }
}
