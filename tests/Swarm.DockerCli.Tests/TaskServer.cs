using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>
/// What tasks of these tests run: an HTTP server at <c>PORT</c> that says which task it is and who its client was, and
/// that finishes what it has begun when it is told to stop.
/// </summary>
internal static class TaskServer
{
    private const string ReadyFile = "ready";

    /// <summary>The command line of a task.</summary>
    public static string[] CommandLine { get; } = ["dotnet", typeof(TaskServer).Assembly.Location, "serve"];

    /// <summary>A health check that succeeds once the server listens.</summary>
    public static string HealthCommand { get; } = $"test -e {ReadyFile}";

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["serve"])
        {
            await Console.Error.WriteLineAsync("usage: serve");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        var port = int.Parse(Environment.GetEnvironmentVariable("PORT")!, CultureInfo.InvariantCulture);
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(512);
        await File.WriteAllTextAsync(ReadyFile, "");
        await ServeAsync(listener, stop.Token);
        return 0;
    }

    private static async Task ServeAsync(TcpListener listener, CancellationToken stop)
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                answers.Add(AnswerAsync(await listener.AcceptTcpClientAsync(stop)));
                answers.RemoveAll(answer => answer.IsCompleted);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answers);
        }
    }

    /// <summary>What the secret <c>pw</c> holds, where the task has one.</summary>
    private static string ReadSecret()
    {
        var file = Path.Combine(Environment.GetEnvironmentVariable("SWARM_SECRETS_DIR") ?? "", "pw");
        return File.Exists(file) ? $" {File.ReadAllText(file)}" : "";
    }

    private static async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII);
                var first = await reader.ReadLineAsync() ?? "";
                for (var line = first; line is { Length: > 0 };)
                {
                    line = await reader.ReadLineAsync();
                }

                var body = $"{Environment.GetEnvironmentVariable("SLOT")} {Environment.ProcessId} {first}{ReadSecret()}";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            }
        }
        catch (IOException)
        {
            // The client has gone.
        }
    }
}
