using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi;

public sealed class PipelineTests
{
    [Theory]
    [InlineData("GET", "/_ping", 200)]
    [InlineData("GET", "/v1.41/_ping", 200)]
    [InlineData("HEAD", "/_ping", 200)]
    [InlineData("GET", "/v1.41/info", 200)]
    [InlineData("GET", "/nonsense", 404)]
    [InlineData("GET", "/v1.99/info", 400)]
    [InlineData("GET", "/v1.41/nodes", 503)]
    public async Task Every_answer_carries_the_common_headers(string method, string path, int status)
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.SendAsync(new HttpMethod(method), path);
        Assert.Equal(status, answer.Status);
        Assert.Equal("1.50", answer.Header("Api-Version"));
        Assert.Equal("false", answer.Header("Docker-Experimental"));
        Assert.Equal("linux", answer.Header("Ostype"));
        Assert.EndsWith(" (linux)", string.Join(' ', answer.Response.Headers.GetValues("Server")));
        Assert.NotNull(answer.Response.Headers.Date);
    }

    [Fact]
    public async Task Ping_says_ok_and_the_state_of_the_node()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var get = await api.GetAsync("/_ping");
        Assert.Equal("OK", get.Body);
        Assert.Equal("text/plain; charset=utf-8", get.ContentType);
        Assert.Equal("no-cache", get.Header("Pragma"));
        Assert.True(get.Response.Headers.CacheControl!.NoStore);
        Assert.Equal("inactive", get.Header("Swarm"));
        api.Node.AsManager();
        var head = await api.SendAsync(HttpMethod.Head, "/_ping");
        Assert.Equal("", head.Body);
        Assert.Equal(0, head.Response.Content.Headers.ContentLength);
        Assert.Equal("active/manager", head.Header("Swarm"));
    }

    [Theory]
    [InlineData("/v1.99/info", "client version 1.99 is too new. Maximum supported API version is 1.50")]
    [InlineData("/v1.999/info", "client version 1.999 is too new. Maximum supported API version is 1.50")]
    [InlineData("/v99999999999999.1/info", "client version 2147483647.1 is too new. Maximum supported API version is 1.50")]
    [InlineData(
        "/v1.11/info",
        "client version 1.11 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    public async Task A_version_out_of_range_is_refused(string path, string message)
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.GetAsync(path);
        Assert.Equal((400, message), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task The_announced_version_can_be_lowered()
    {
        await using var api = await ApiUnderTest.StartAsync(options: new() { MaximumVersion = new(1, 41) });
        Assert.Equal("1.41", (await api.GetAsync("/_ping")).Header("Api-Version"));
        Assert.Equal(200, (await api.GetAsync("/v1.41/info")).Status);
        Assert.Equal(400, (await api.GetAsync("/v1.42/info")).Status);
    }

    [Theory]
    [InlineData("GET", "/vX/info")]
    [InlineData("GET", "/v1/info")]
    [InlineData("GET", "/v1.41")]
    [InlineData("GET", "/v1.41/")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/v1.41/nodes/")]
    [InlineData("GET", "/v1.41/nodes/a/b")]
    [InlineData("GET", "/v1.41/nonsense")]
    [InlineData("GET", "/v1.99/nonsense")]
    [InlineData("PUT", "/v1.41/nodes")]
    [InlineData("DELETE", "/v1.41/nodes")]
    [InlineData("HEAD", "/v1.41/info")]
    public async Task What_no_route_matches_is_an_unknown_page(string method, string path)
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var answer = await api.SendAsync(new HttpMethod(method), path);
        Assert.Equal(404, answer.Status);
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(method == "HEAD" ? "" : "{\"message\":\"page not found\"}\n", answer.Body);
    }

    [Fact]
    public async Task What_no_route_matches_goes_to_the_fallback_when_there_is_one()
    {
        DockerApiOptions options = new() { Fallback = http => http.Response.WriteAsync($"passed {http.Request.Path}") };
        await using var api = await ApiUnderTest.StartAsync(options: options);
        Assert.Equal("passed /v1.41/images/search", (await api.GetAsync("/v1.41/images/search")).Body);
    }

    [Fact]
    public async Task Json_answers_have_the_exact_content_type_a_length_and_end_with_one_newline()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.GetAsync("/v1.41/info");
        Assert.Equal("application/json", answer.ContentType);
        Assert.EndsWith("}\n", answer.Body);
        Assert.Equal(Encoding.UTF8.GetByteCount(answer.Body), answer.Response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_long_list_arrives_whole()
    {
        var node = new FakeSwarmNode().AsManager();
        var first = node.Swarm.NodeList[0];
        node.Swarm.NodeList.AddRange(Enumerable.Range(0, 2000).Select(i => first with { Id = new($"x{i}") }));
        await using var api = await ApiUnderTest.StartAsync(node);
        var answer = await api.GetAsync("/v1.41/nodes");
        Assert.Equal(2001, answer.Json.AsArray().Count);
        Assert.EndsWith("]\n", answer.Body);
    }

    [Theory]
    [InlineData(SwarmErrorCode.InvalidArgument, 400, "rpc error: code = InvalidArgument desc = why")]
    [InlineData(SwarmErrorCode.FailedPrecondition, 400, "rpc error: code = FailedPrecondition desc = why")]
    [InlineData(SwarmErrorCode.AlreadyExists, 409, "rpc error: code = AlreadyExists desc = why")]
    [InlineData(SwarmErrorCode.PermissionDenied, 403, "rpc error: code = PermissionDenied desc = why")]
    [InlineData(SwarmErrorCode.Unimplemented, 501, "rpc error: code = Unimplemented desc = why")]
    [InlineData(SwarmErrorCode.Unavailable, 503, "rpc error: code = Unavailable desc = why")]
    [InlineData(SwarmErrorCode.UpdateOutOfSequence, 409, "rpc error: code = Unknown desc = why")]
    [InlineData(SwarmErrorCode.NoLeader, 503, "rpc error: code = Unknown desc = why")]
    [InlineData(SwarmErrorCode.Internal, 500, "rpc error: code = Internal desc = why")]
    [InlineData(SwarmErrorCode.NotFound, 404, "why")]
    public async Task Errors_of_the_swarm_have_dockers_status_and_prefix(SwarmErrorCode code, int status, string message)
    {
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.Failure = new SwarmException(code, "why");
        await using var api = await ApiUnderTest.StartAsync(node);
        var answer = await api.GetAsync("/v1.41/swarm");
        Assert.Equal((status, message), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_defect_is_answered_without_details()
    {
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.Failure = new InvalidOperationException("secret detail");
        await using var api = await ApiUnderTest.StartAsync(node);
        var answer = await api.GetAsync("/v1.41/swarm");
        Assert.Equal((500, "internal error; see the log of the engine"), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_request_over_its_time_is_answered_a_stream_is_not()
    {
        await using var api = await ApiUnderTest.StartAsync(
            options: new() { RequestTimeout = TimeSpan.FromMilliseconds(20) },
            addRoutes: router =>
            {
                router.Map("GET", "/hang", call => Task.Delay(Timeout.Infinite, call.Cancellation));
                router.MapStream("GET", "/stream", async call =>
                {
                    await Task.Delay(100, call.Cancellation);
                    await call.DoneAsync();
                });
            });
        var answer = await api.GetAsync("/v1.41/hang");
        Assert.Equal(503, answer.Status);
        Assert.Equal("rpc error: code = DeadlineExceeded desc = context deadline exceeded", answer.Message);
        Assert.Equal(200, (await api.GetAsync("/v1.41/stream")).Status);
    }

    [Fact]
    public async Task Headers_of_a_stream_arrive_before_its_first_byte_and_stopping_ends_it()
    {
        await using var api = await ApiUnderTest.StartAsync(addRoutes: router =>
            router.MapStream("GET", "/stream", async call =>
            {
                await call.StartStreamAsync("application/vnd.docker.multiplexed-stream");
                await Task.Delay(Timeout.Infinite, call.Cancellation);
            }));
        using var response = await api.Client.GetAsync("/v1.44/stream", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("application/vnd.docker.multiplexed-stream", response.Content.Headers.ContentType!.ToString());
        await api.Server.StopAsync(CancellationToken.None);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_connection_can_be_upgraded_to_a_raw_stream()
    {
        await using var api = await ApiUnderTest.StartAsync(addRoutes: router =>
            router.MapStream("POST", "/echo", async call =>
            {
                var upgrade = call.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature>()!;
                await using var stream = await upgrade.UpgradeAsync();
                var buffer = new byte[16];
                var read = await stream.ReadAsync(buffer, call.Cancellation);
                await stream.WriteAsync(buffer.AsMemory(0, read), call.Cancellation);
            }));
        using var socket = await api.ConnectAsync();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(
            "POST /v1.41/echo HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 101", await reader.ReadLineAsync());
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        await stream.WriteAsync("hello\n"u8.ToArray());
        Assert.Equal("hello", await reader.ReadLineAsync());
    }
}
