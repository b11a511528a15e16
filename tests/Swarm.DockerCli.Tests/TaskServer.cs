using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>
/// What tasks of these tests run: an HTTP server at <c>PORT</c> that says which task it is and who its client was, and
/// that finishes what it has begun when it is told to stop. Connections are kept where the client asks for it.
/// </summary>
internal static class TaskServer
{
    private const string ReadyFile = "ready";
    private const string StartedFile = "started";

    /// <summary>How long a kept connection may be silent once the server is to stop.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>The command line of a task.</summary>
    public static string[] CommandLine { get; } = ["dotnet", typeof(TaskServer).Assembly.Location, "serve"];

    /// <summary>A health check that waits until the server listens, however long that takes on a busy machine.</summary>
    public static string HealthCommand { get; } =
        $"while ! test -e {StartedFile}; do sleep 0.05; done; test -e {ReadyFile}";

    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["serve"]:
                await ServeAsync();
                return 0;
            case ["ask", var host, var port]:
                return await TaskClient.AskAsync(host, int.Parse(port, CultureInfo.InvariantCulture));
            default:
                await Console.Error.WriteLineAsync("usage: serve | ask HOST PORT");
                return 2;
        }
    }

    /// <summary>Takes the health from a task of this machine: its check fails from now on.</summary>
    public static void MakeUnhealthy(int processId) => File.Delete($"/proc/{processId}/cwd/{ReadyFile}");

    private static async Task ServeAsync()
    {
        using var stop = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
            end.CancelAfter(Farewell);
        });
        using var listener = new TcpListener(IPAddress.Loopback, PortOf("PORT") ?? 0);
        listener.Start(512);
        using var packets = PortOf("SWARM_PORT_53") is { } port ? new UdpClient(new IPEndPoint(IPAddress.Loopback, port)) : null;
        var answering = packets is null ? Task.CompletedTask : AnswerPacketsAsync(packets);
        await File.WriteAllTextAsync(ReadyFile, "");
        await File.WriteAllTextAsync(StartedFile, "");
        await AcceptAsync(listener, stop.Token, end.Token);
        packets?.Dispose();
        await answering;
    }

    private static int? PortOf(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var port) ? port : null;

    private static async Task AcceptAsync(TcpListener listener, CancellationToken stop, CancellationToken end)
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                answers.Add(AnswerAsync(await listener.AcceptTcpClientAsync(stop), stop, end));
                answers.RemoveAll(answer => answer.IsCompleted);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever is in the queue has been let in by the system.
            while (listener.Pending())
            {
                answers.Add(AnswerAsync(await listener.AcceptTcpClientAsync(CancellationToken.None), stop, end));
            }

            await Task.WhenAll(answers);
        }
    }

    /// <summary>What the secret <c>pw</c> holds, where the task has one.</summary>
    private static string ReadSecret()
    {
        var file = Path.Combine(Environment.GetEnvironmentVariable("SWARM_SECRETS_DIR") ?? "", "pw");
        return File.Exists(file) ? $" {File.ReadAllText(file)}" : "";
    }

    private static async Task AnswerAsync(TcpClient client, CancellationToken stop, CancellationToken end)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII);
                var line = await reader.ReadLineAsync(end) ?? "";
                var header = line.StartsWith("PROXY ", StringComparison.Ordinal) ? line : null;
                line = header is null ? line : await reader.ReadLineAsync(end) ?? "";
                for (var isKept = true; isKept && line.Length > 0;)
                {
                    isKept = await IsToBeKeptAsync(reader, end) && !stop.IsCancellationRequested;
                    await stream.WriteAsync(Answer(header ?? line, isKept), CancellationToken.None);
                    line = isKept ? await reader.ReadLineAsync(end) ?? "" : "";
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has gone, or said nothing more for too long.
        }
    }

    private static async Task<bool> IsToBeKeptAsync(StreamReader reader, CancellationToken end)
    {
        var isKept = false;
        while (await reader.ReadLineAsync(end) is { Length: > 0 } line)
        {
            isKept |= line.Equals("Connection: keep-alive", StringComparison.OrdinalIgnoreCase);
        }

        return isKept;
    }

    private static byte[] Answer(string first, bool isKept)
    {
        var body = $"{Environment.GetEnvironmentVariable("SLOT")} {Environment.ProcessId} {first}{ReadSecret()}";
        var connection = isKept ? "keep-alive" : "close";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nConnection: {connection}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static async Task AnswerPacketsAsync(UdpClient packets)
    {
        try
        {
            while (true)
            {
                var packet = await packets.ReceiveAsync();
                var answer = $"{Environment.GetEnvironmentVariable("SLOT")} {Encoding.ASCII.GetString(packet.Buffer)}";
                await packets.SendAsync(Encoding.ASCII.GetBytes(answer), packet.RemoteEndPoint);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
