using System.Net.Sockets;
using System.Text;

namespace Swarm.Hosting.Tests.DockerApi;

/// <summary>Alone, because what other tests allocate would count too.</summary>
[CollectionDefinition(nameof(MeasuresAllocation), DisableParallelization = true)]
public sealed class MeasuresAllocation;

[Collection(nameof(MeasuresAllocation))]
public sealed class RequestBodyTests
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [InlineData("", "got EOF while reading request body")]
    [InlineData("{nope", "invalid JSON in request body: 'n' is an invalid start of a property name.")]
    [InlineData("{}{}", "invalid JSON in request body: ")]
    [InlineData("[]", "invalid JSON in request body: wrong type of value at $")]
    [InlineData("null", "invalid request body: null")]
    [InlineData("\"text\"", "invalid JSON in request body: wrong type of value at $")]
    [InlineData("{\"Spec\":{\"Raft\":{\"ElectionTick\":\"x\"}}}", "wrong type of value at $.Spec.Raft.ElectionTick")]
    [InlineData("{\"Spec\":{\"Labels\":{\"a\":1}}}", "wrong type of value at $.Spec.Labels.a")]
    [InlineData("{\"DataPathPort\":1e99}", "wrong type of value at $.DataPathPort")]
    [InlineData("{\"ListenAddr\":\"\\ud800\"}", "invalid JSON in request body")]
    public async Task A_bad_body_is_the_callers_mistake(string body, string message)
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.PostAsync("/v1.41/swarm/init", body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(message, answer.Message);
        Assert.DoesNotContain("Swarm.Hosting", answer.Body);
        Assert.Null(api.Node.Init);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_the_callers_mistake()
    {
        await using var api = await ApiUnderTest.StartAsync();
        byte[] body = [.. "{\"ListenAddr\":\""u8, 0xff, 0xfe, .. "\"}"u8];
        Assert.Equal(400, (await api.PostAsync("/v1.41/swarm/init", body)).Status);
    }

    [Theory]
    [InlineData("text/plain", 400)]
    [InlineData("application/x-www-form-urlencoded", 400)]
    [InlineData("nonsense", 400)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData(null, 200)]
    public async Task Only_json_is_taken(string? contentType, int status)
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.41/swarm/init");
        request.Content = new ByteArrayContent("{\"ListenAddr\":\"0.0.0.0\"}"u8.ToArray());
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await api.Client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Unknown_fields_nulls_and_other_case_are_taken_as_go_does()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.PostAsync(
            "/v1.41/swarm/init",
            "{\"listenaddr\":\"0.0.0.0:2377\",\"Nonsense\":[1],\"DataPathPort\":null,\"DefaultAddrPool\":null,\"Spec\":null}");
        Assert.Equal(200, answer.Status);
        Assert.Equal(0, api.Node.Init!.DataPathPort);
    }

    [Fact]
    public async Task A_hundred_thousand_levels_are_refused_without_memory()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var body = Encoding.UTF8.GetBytes($"{{\"Spec\":{new string('[', 100_000)}{new string(']', 100_000)}}}");
        await api.PostAsync("/v1.41/swarm/init", "{}");
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var answer = await api.PostAsync("/v1.41/swarm/init", body);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(400, answer.Status);
        Assert.InRange(allocated, 0, 8 * MiB);
    }

    [Fact]
    public async Task A_body_that_says_it_is_too_large_is_refused_before_it_is_read()
    {
        await using var api = await ApiUnderTest.StartAsync(options: new() { MaxBodyBytes = 1000 });
        using var socket = await api.ConnectAsync();
        await socket.SendAsync(
            "POST /v1.41/swarm/init HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n"u8
                .ToArray());
        using var reader = new StreamReader(new NetworkStream(socket));
        Assert.StartsWith("HTTP/1.1 413", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task An_endless_body_is_refused_within_bounded_memory()
    {
        await using var api = await ApiUnderTest.StartAsync();
        await api.PostAsync("/v1.41/swarm/init", "{}");
        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var socket = await api.ConnectAsync();
        await socket.SendAsync(
            "POST /v1.41/swarm/init HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"u8
                .ToArray());
        byte[] chunk = [.. "10000\r\n"u8, .. Enumerable.Repeat((byte)' ', 0x10000), .. "\r\n"u8];
        using var reader = new StreamReader(new NetworkStream(socket));
        var status = reader.ReadLineAsync();
        var sent = 0L;
        while (!status.IsCompleted && sent < 256 * MiB)
        {
            sent += await socket.SendAsync(chunk);
        }

        Assert.StartsWith("HTTP/1.1 413", await status);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 32 * MiB);
    }

    [Fact]
    public async Task After_a_refused_body_the_server_goes_on()
    {
        await using var api = await ApiUnderTest.StartAsync(options: new() { MaxBodyBytes = 1000 });
        var answer = await api.PostAsync("/v1.41/swarm/init", new byte[100_000]);
        Assert.Equal((413, "http: request body too large"), (answer.Status, answer.Message));
        Assert.Equal(200, (await api.GetAsync("/v1.41/info")).Status);
    }

    [Fact]
    public async Task Long_filters_are_read_and_too_long_ones_refused()
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var values = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"{i:D25}\":true"));
        var longFilter = Uri.EscapeDataString($"{{\"id\":{{{values}}}}}");
        Assert.Equal(200, (await api.GetAsync($"/v1.41/nodes?filters={longFilter}")).Status);
        var tooLong = new string('x', 300_000);
        Assert.Equal(400, (await api.GetAsync($"/v1.41/nodes?filters={tooLong}")).Status);
    }
}
