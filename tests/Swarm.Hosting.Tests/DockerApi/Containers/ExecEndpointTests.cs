using System.Net.Sockets;
using System.Text;
using Swarm.Execution;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Containers;

public sealed class ExecEndpointTests : IAsyncLifetime
{
    private const string Everything = """
        {"AttachStdin":true,"AttachStdout":true,"AttachStderr":true,"Cmd":["echo","x"],"Env":["A=b","C"],"User":"me"}
        """;

    private static readonly string Id = new('a', 64);

    private ApiHost _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _api.Containers.Set(Container(ContainerState.Running));
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task A_connection_that_is_taken_over_carries_input_and_frames()
    {
        var id = await CreateAsync(Everything);

        var (head, body) = await UpgradeAsync(id, """{"Detach":false}""", "hi");

        Assert.StartsWith("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n", head);
        Assert.Equal("\u0001\0\0\0\0\0\0\u0002hi\u0002\0\0\0\0\0\0\u0004end\n", body);
        var spec = _api.Containers.LastExec!;
        Assert.Equal((["echo", "x"], [new("A", "b"), new("C", null)]), (spec.CommandLine, spec.Environment));
        Assert.Equal(("me", true, null), (spec.User, spec.HasInput, spec.Terminal));
        var record = await _api.GetAsync($"exec/{id}/json");
        Assert.Equal(7, record["ExitCode"]!.GetValue<int>());
        Assert.False(record["Running"]!.GetValue<bool>());
        Assert.Equal(Id, record["ContainerID"]!.GetValue<string>());
        Assert.Equal("echo", record["ProcessConfig"]!["entrypoint"]!.GetValue<string>());
    }

    [Fact]
    public async Task Commands_are_events_of_their_container()
    {
        using var events = _api.Events.Listen();
        var id = await CreateAsync(Everything);
        await UpgradeAsync(id, """{"Detach":false}""", "hi");

        var seen = new List<EngineEvent>();
        while (seen.Count < 3)
        {
            seen.Add(await events.Next.ReadAsync());
        }

        Assert.Equal(["exec_create: echo x", "exec_start: echo x", "exec_die"], seen.Select(item => item.Action));
        Assert.All(seen, item => Assert.Equal(("container", Id, "local"), (item.Type, item.Id, item.Scope)));
        Assert.All(seen, item => Assert.Equal(id, item.Attributes["execID"]));
        Assert.Equal("7", seen[2].Attributes["exitCode"]);
        Assert.True(EventFilter.Matches(DockerFilters.Parse("""{"event":{"exec_start":true}}"""), seen[1]));
    }

    [Fact]
    public async Task A_terminal_sends_bare_bytes()
    {
        var id = await CreateAsync("""{"AttachStdin":true,"AttachStdout":true,"Tty":true,"Cmd":["x"]}""");

        var (_, body) = await UpgradeAsync(id, """{"Tty":true,"ConsoleSize":[30,90]}""", "hi");

        Assert.Equal("hi", body);
        Assert.Equal(new TerminalSize(30, 90), _api.Containers.LastExec!.Terminal);
    }

    [Fact]
    public async Task Without_an_upgrade_there_is_output_and_no_input()
    {
        var id = await CreateAsync(Everything);

        using var response = await _api.Http.PostAsync($"exec/{id}/start", Json("{}"));

        Assert.Equal("\u0002\0\0\0\0\0\0\u0004end\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_program_that_is_missing_is_told_in_the_stream_and_by_the_exit_code()
    {
        var id = await CreateAsync("""{"AttachStdout":true,"Cmd":["missing"]}""");

        var (_, body) = await UpgradeAsync(id, "{}", "");

        Assert.Equal("\u0002\0\0\0\0\0\0\tnot here\r\n".Replace("\t", "\n"), body);
        Assert.Equal(127, (await _api.GetAsync($"exec/{id}/json"))["ExitCode"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_command_starts_once()
    {
        var id = await CreateAsync(Everything);

        Assert.Equal(200, (await _api.SendAsync("POST", $"exec/{id}/start", """{"Detach":true}""")).Status);
        var (status, body) = await _api.SendAsync("POST", $"exec/{id}/start", """{"Detach":true}""");

        Assert.Equal(409, status);
        Assert.StartsWith($"Error: Exec command {id} ", body!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        var (head, _) = await UpgradeAsync(id, "{}", "");
        Assert.StartsWith("HTTP/1.1 409 Conflict\r\n", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("containers/nosuch/exec", "{\"Cmd\":[\"x\"]}", 404, "No such container: nosuch")]
    [InlineData("containers/web.1.t1/exec", "{\"Cmd\":[]}", 400, "No exec command specified")]
    [InlineData("containers/web.1.t1/exec", "{}", 400, "No exec command specified")]
    [InlineData("exec/nosuch/start", "{}", 404, "No such exec instance: nosuch")]
    [InlineData("exec/nosuch/resize?h=1&w=1", null, 404, "No such exec instance: nosuch")]
    public async Task Mistakes_are_told(string path, string? json, int status, string message)
    {
        var (actual, body) = await _api.SendAsync("POST", path, json);

        Assert.Equal((status, message), (actual, body!["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Nothing_runs_beside_what_does_not_run()
    {
        var id = await CreateAsync(Everything);
        _api.Containers.Set(Container(ContainerState.Exited));

        Assert.Equal(409, (await _api.SendAsync("POST", "containers/web.1.t1/exec", Everything)).Status);
        Assert.Equal(409, (await _api.SendAsync("POST", $"exec/{id}/start", "{}")).Status);
        Assert.Equal(409, (await _api.SendAsync("POST", $"exec/{id}/resize?h=1&w=1")).Status);
    }

    [Fact]
    public void Commands_that_nobody_starts_are_forgotten_one_day()
    {
        var records = new ExecRecords();
        var first = records.Add(Id, new() { Cmd = ["x"] });
        for (var number = 1; number < ExecRecords.Capacity; number++)
        {
            records.Add(Id, new() { Cmd = ["x"] });
        }

        Assert.Same(first, records.Get(first.Id));
        first.Begin();
        var second = records.Add(Id, new() { Cmd = ["x"] });

        Assert.Same(first, records.Get(first.Id));
        Assert.Same(second, records.Get(second.Id));
        Assert.Equal([first.Id], records.RunningIn(Id)!);
    }

    [Theory]
    [InlineData("POST /v1.41/exec/x/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 99999999\r\n\r\n", "413")]
    [InlineData("POST /v1.41/exec/x/start HTTP/1.1\r\nUpgrade: tcp\r\nTransfer-Encoding: chunked\r\n\r\n", "413")]
    [InlineData("POST /v1.41/exec/x/start HTTP/1.1\r\nUpgrade: tcp\r\n\r\n", "404")]
    [InlineData("POST /v9.99/exec/x/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}", "400")]
    [InlineData("POST /exec/x/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}", "404")]
    public async Task Hostile_requests_are_answered(string request, string status)
    {
        var answer = await ExchangeAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    private async Task<string> CreateAsync(string json)
    {
        var (status, body) = await _api.SendAsync("POST", "containers/web.1.t1/exec", json);
        Assert.Equal(201, status);
        return body!["Id"]!.GetValue<string>();
    }

    private async Task<(string Head, string Body)> UpgradeAsync(string id, string json, string input)
    {
        var answer = await ExchangeAsync(
            $"POST /v1.41/exec/{id}/start HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}{input}");
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (answer[..end], answer[(end + 4)..]);
    }

    // Sends everything, ends its own direction, and reads to the end of the other one.
    private async Task<string> ExchangeAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_api.Http.BaseAddress!.Host, _api.Http.BaseAddress.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        client.Client.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static ContainerInfo Container(ContainerState state) => new()
    {
        Id = Id,
        Name = "web.1.t1",
        Task = new() { Id = new("t1"), Spec = new() },
        State = state,
    };
}
