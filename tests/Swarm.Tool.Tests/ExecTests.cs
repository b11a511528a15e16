using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.Tool.Tests;

/// <summary><c>swarm exec</c> against an API that answers as a Docker Engine behind a swarm does.</summary>
public sealed class ExecTests
{
    [Fact]
    public async Task A_command_ends_with_its_own_code_and_its_outputs_stay_apart()
    {
        await using var engine = new ScriptedEngine(exitCode: 7);

        var result = await ToolUnderTest.RunAloneAsync(
            "exec", "t1", "--host", engine.Address, "--env", "A=b", "--", "ls", "-l");

        Assert.Equal((7, "out\n", "err\n"), (result.Code, result.Output, result.Error));
        Assert.Contains("""
            "Cmd":["ls","-l"],"Env":["A=b"]
            """, engine.Created);
    }

    [Fact]
    public async Task As_json_the_result_has_both_outputs()
    {
        await using var engine = new ScriptedEngine(exitCode: 0);

        var result = await ToolUnderTest.RunAloneAsync("exec", "web.2", "--host", engine.Address, "--json", "--", "ls");

        Assert.Equal("", result.Error);
        Assert.Equal(("t1", "out\n", "err\n"), (Text("Task"), Text("Output"), Text("Error")));
        Assert.Equal(0, result.Json.GetProperty("ExitCode").GetInt32());

        string? Text(string name) => result.Json.GetProperty(name).GetString();
    }

    [Fact]
    public async Task A_slot_without_a_task_and_a_command_line_without_a_command_are_refused()
    {
        await using var engine = new ScriptedEngine(exitCode: 0);

        var missing = await ToolUnderTest.RunAloneAsync("exec", "web.9", "--host", engine.Address, "--", "ls");
        var empty = await ToolUnderTest.RunAloneAsync("exec", "t1", "--host", engine.Address);

        Assert.Equal(
            (1, "swarm exec: service web has no task in slot 9 that is to run\n"), (missing.Code, missing.Error));
        Assert.Equal(2, empty.Code);
    }

    [Fact]
    public async Task A_task_that_only_pretends_to_run_has_nothing_that_commands_could_run_in()
    {
        await using var tool = await ToolUnderTest.StartAsync();
        var web = await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("web"));
        await tool.ConvergeAsync(web.Id);

        var result = await ToolUnderTest.RunAloneAsync("exec", "web.1", "--host", tool.Endpoint, "--", "ls");

        Assert.Equal(1, result.Code);
        Assert.StartsWith("swarm exec: task ", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Just enough of the API for one command: a request a connection, answered from a script.</summary>
    private sealed class ScriptedEngine : IAsyncDisposable
    {
        private const string Task =
            """{"ID":"t1","Slot":2,"Status":{"State":"running","ContainerStatus":{"ContainerID":"c1"}}}""";

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int _exitCode;
        private readonly Task _serving;

        public ScriptedEngine(int exitCode)
        {
            _exitCode = exitCode;
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Address => $"tcp://{_listener.LocalEndpoint}";

        /// <summary>The body of the last request for a command.</summary>
        public string Created { get; private set; } = "";

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await AnswerAsync(client.GetStream());
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Stopped.
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            var (head, body) = await ReadAsync(stream);
            var path = head.Split(' ')[1].Split('?')[0];
            if (path.EndsWith("/start", StringComparison.Ordinal))
            {
                Assert.Contains("Upgrade: tcp", head, StringComparison.OrdinalIgnoreCase);
                await WriteAsync(stream, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
                await stream.WriteAsync(new byte[] { 1, 0, 0, 0, 0, 0, 0, 4 });
                await WriteAsync(stream, "out\n");
                await stream.WriteAsync(new byte[] { 2, 0, 0, 0, 0, 0, 0, 4 });
                await WriteAsync(stream, "err\n");
                return;
            }

            Created = path.EndsWith("/containers/c1/exec", StringComparison.Ordinal) ? body : Created;
            var answer = path switch
            {
                "/_ping" => "OK",
                _ when path.EndsWith("/tasks", StringComparison.Ordinal) => $"[{Task}]",
                _ when path.EndsWith("/tasks/t1", StringComparison.Ordinal) => Task,
                _ when path.EndsWith("/containers/c1/exec", StringComparison.Ordinal) => """{"Id":"e1"}""",
                _ => $$"""{"ExitCode":{{_exitCode}},"Running":false}""",
            };
            await WriteAsync(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\nApi-Version: 1.41\r\n"
                + (head.StartsWith("HEAD", StringComparison.Ordinal)
                    ? "\r\n"
                    : $"Content-Length: {Encoding.UTF8.GetByteCount(answer)}\r\n\r\n{answer}"));
        }

        private static async Task<(string Head, string Body)> ReadAsync(NetworkStream stream)
        {
            var bytes = new List<byte>();
            var one = new byte[1];
            while (!Encoding.Latin1.GetString([.. bytes]).EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                await stream.ReadExactlyAsync(one);
                bytes.AddRange(one);
            }

            var head = Encoding.Latin1.GetString([.. bytes]);
            var length = head.Split("\r\n")
                .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            var body = new byte[length is null ? 0 : int.Parse(length.Split(':')[1], null)];
            await stream.ReadExactlyAsync(body);
            return (head, Encoding.UTF8.GetString(body));
        }

        private static ValueTask WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}
