using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Swarm.Execution;
using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Logs;

public sealed class LogEndpointTests : IAsyncLifetime
{
    private ApiHost _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        await _api.CreateAsync("web");
        await _api.CreateAsync("tty", ""","Labels":{}""");
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Options_reach_the_swarm_and_lines_of_other_streams_do_not_come_back()
    {
        LogOptions? seen = null;
        _api.Logs = (options, _) =>
        {
            seen = options;
            return new[] { Line("out\n", LogStream.Stdout), Line("err\n", LogStream.Stderr) }.ToAsyncEnumerable();
        };
        var bytes = await _api.Http.GetByteArrayAsync("services/web/logs?stderr=1&tail=5&since=10.5&follow=0");
        Assert.Equal([2, 0, 0, 0, 0, 0, 0, 4, .. "err\n"u8], bytes);
        Assert.Equal(
            new LogOptions { Stdout = false, Tail = 5, Since = DateTimeOffset.UnixEpoch.AddSeconds(10.5) },
            seen);
    }

    [Theory]
    [InlineData("v1.41", null)]
    [InlineData("v1.42", "application/vnd.docker.multiplexed-stream")]
    public async Task Newer_clients_are_told_that_there_are_frames(string version, string? type)
    {
        using var response = await _api.Http.GetAsync(
            $"/{version}/services/web/logs?stdout=1",
            HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Null(response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Terminals_are_sent_raw()
    {
        var (_, body) = await _api.SendAsync(
            "POST", "services/create", """{"Name":"t","TaskTemplate":{"ContainerSpec":{"Image":"i","TTY":true}}}""");
        _api.Logs = (_, _) => new[] { Line("raw\n") }.ToAsyncEnumerable();
        Assert.Equal("raw\n", await _api.Http.GetStringAsync($"services/{body!["ID"]}/logs?stdout=1"));
    }

    [Fact]
    public async Task A_read_error_follows_the_lines_as_a_frame_of_its_own()
    {
        _api.Logs = (_, _) => Failing();
        var text = Encoding.UTF8.GetString(await _api.Http.GetByteArrayAsync("services/web/logs?stdout=1"));
        Assert.EndsWith("Error grabbing logs: node n1 is not available\n", text, StringComparison.Ordinal);
        Assert.Contains("one\n", text, StringComparison.Ordinal);

        static async IAsyncEnumerable<TaskLogLine> Failing()
        {
            yield return Line("one\n");
            await Task.Yield();
            throw new SwarmException(SwarmErrorCode.Unavailable, "node n1 is not available");
        }
    }

    [Fact]
    public async Task Headers_and_lines_of_a_followed_service_come_as_they_are_and_a_client_that_leaves_ends_it()
    {
        var lines = Channel.CreateUnbounded<TaskLogLine>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _api.Logs = (_, cancellationToken) => Follow(lines.Reader, ended, cancellationToken);

        using (var response = await _api.Http.GetAsync(
            "services/web/logs?stdout=1&follow=1",
            HttpCompletionOption.ResponseHeadersRead))
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[12];
            for (var i = 0; i < 3; i++)
            {
                lines.Writer.TryWrite(Line($"ab{i}\n"));
                await stream.ReadExactlyAsync(buffer);
                Assert.Equal($"ab{i}\n", Encoding.UTF8.GetString(buffer[8..]));
            }
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Logs_of_a_task_are_read_by_its_id()
    {
        await _api.AddTaskAsync(new SwarmTask { Id = new("t1"), Spec = new() });
        _api.Logs = (_, _) => new[] { Line("x\n") }.ToAsyncEnumerable();
        Assert.Equal(10, (await _api.Http.GetByteArrayAsync("tasks/t1/logs?stdout=1")).Length);
        Assert.Equal(404, (await _api.SendAsync("GET", "tasks/nosuch/logs?stdout=1")).Status);
    }

    private static TaskLogLine Line(string text, LogStream stream = LogStream.Stdout) => new(
        new("s"),
        new("t"),
        new("n"),
        new LogLine(stream, DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(text)));

    private static async IAsyncEnumerable<TaskLogLine> Follow(
        ChannelReader<TaskLogLine> lines,
        TaskCompletionSource ended,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (await lines.WaitToReadAsync(cancellationToken))
            {
                while (lines.TryRead(out var line))
                {
                    yield return line;
                }
            }
        }
        finally
        {
            ended.SetResult();
        }
    }
}
