using System.Text;
using Swarm.Hosting.Tests.DockerApi;

namespace Swarm.Hosting.Tests.Hostile;

/// <summary>Bodies nobody means well: refused with a text, at a known cost, and the next request is answered.</summary>
[Collection(nameof(MeasuresAllocation))]
public sealed class HostileBodyTests
{
    private const int MiB = 1024 * 1024;
    private const int Deep = 100_000;

    private static readonly Dictionary<string, byte[]> Bodies = new(StringComparer.Ordinal)
    {
        ["nothing"] = [],
        ["cut off"] = "{\"Name\":\"web\",\"TaskTemplate\":{"u8.ToArray(),
        ["not JSON"] = "<services/>"u8.ToArray(),
        ["two documents"] = "{}{}"u8.ToArray(),
        ["invalid UTF-8 in a value"] = [.. "{\"Name\":\""u8, 0xc3, 0x28, 0xff, .. "\"}"u8],
        ["invalid UTF-8 in a name"] = [.. "{\""u8, 0xff, 0xfe, .. "\":1}"u8],
        ["half a surrogate"] = "{\"Name\":\"\\ud800\"}"u8.ToArray(),
        ["deep arrays"] = [.. Enumerable.Repeat((byte)'[', Deep)],
        ["deep objects"] = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", Deep))),
        ["deep in an unknown member"] = Encoding.ASCII.GetBytes("{\"X\":" + new string('[', Deep)),
        ["wrong types"] = "{\"Name\":[],\"TaskTemplate\":7,\"Mode\":\"x\"}"u8.ToArray(),
        ["numbers too large"] = "{\"Mode\":{\"Replicated\":{\"Replicas\":1e400}}}"u8.ToArray(),
        ["negative numbers"] = "{\"Mode\":{\"Replicated\":{\"Replicas\":-1}}}"u8.ToArray(),
        ["too many bytes"] = [.. Enumerable.Repeat((byte)' ', 5 * MiB)],
    };

    // By name: the bodies themselves would become parts of the tests' names.
    public static TheoryData<string> Names { get; } = [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_hostile_body_is_refused_and_the_connection_goes_on(string what)
    {
        var body = Bodies[what];
        await using var api = await ApiOfNode.StartAsync();
        using var connection = await api.ConnectAsync();
        var request = RawConnection.Request("POST", "/v1.41/services/create", body);
        await connection.AskAsync(request);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var answer = await connection.AskAsync(request);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.True(answer.Status is 400 or 413, $"{what}: {answer}");
        Assert.NotEmpty(answer.ReadMessage());
        Assert.InRange(allocated, 0, MiB + (4L * Math.Min(body.Length, 4 * MiB)));
        Assert.Equal(200, (await connection.AskAsync(RawConnection.Request("GET", "/v1.41/services", []))).Status);
    }

    [Theory]
    [InlineData("{\"Name\":\"n\",\"EndpointSpec\":{\"Ports\":[null]}}")]
    [InlineData("{\"Name\":\"n\",\"Networks\":[null],\"TaskTemplate\":{\"Networks\":[null]}}")]
    [InlineData("{\"Name\":\"n\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i:1\",\"Mounts\":[null]}}}")]
    [InlineData("{\"Name\":\"n\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i:1\",\"Secrets\":[null]}}}")]
    [InlineData("{\"Name\":\"n\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i:1\",\"Env\":[null]}}}")]
    public async Task Elements_that_are_null_are_dropped_or_refused(string body)
    {
        await using var api = await ApiOfNode.StartAsync();
        using var connection = await api.ConnectAsync();
        var request = RawConnection.Request("POST", "/v1.41/services/create", Encoding.UTF8.GetBytes(body));
        var answer = await connection.AskAsync(request);
        Assert.True(answer.Status is 201 or 400 or 501, $"{body}: {answer}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_64_MiB_is_refused(bool chunked)
    {
        await using var api = await ApiOfNode.StartAsync();
        using var connection = await api.ConnectAsync();
        await connection.AskAsync(RawConnection.Request("POST", "/v1.41/services/create", "{}"u8));

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var answer = connection.ReadAsync();
        await connection.TrySendAsync(Encoding.ASCII.GetBytes(
            "POST /v1.41/services/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
            + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {64 * MiB}\r\n\r\n")));
        byte[] piece = chunked
            ? [.. "10000\r\n"u8, .. Enumerable.Repeat((byte)' ', 0x10000), .. "\r\n"u8]
            : [.. Enumerable.Repeat((byte)' ', 0x10000)];
        for (var sent = 0; sent < 64 * MiB && await connection.TrySendAsync(piece); sent += 0x10000)
        {
        }

        Assert.Equal((413, "http: request body too large"), ((await answer).Status, (await answer).ReadMessage()));
        // What follows the refusal is read and dropped, for the client to come to the answer.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 3 * 64L * MiB);
        using var next = await api.ConnectAsync();
        Assert.Equal(200, (await next.AskAsync(RawConnection.Request("GET", "/v1.41/services", []))).Status);
    }
}
