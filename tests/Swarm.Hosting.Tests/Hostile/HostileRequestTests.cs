using System.Text;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.Hostile;

/// <summary>Requests that fit no route's idea of a request, sent to every route there is.</summary>
public sealed class HostileRequestTests
{
    private static readonly int[] Refusals = [400, 404, 409, 413, 501, 503];

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("{}")]
    [InlineData("{\"Name\":{},\"ID\":[],\"Spec\":1,\"ListenAddr\":{},\"Role\":2,\"JoinToken\":[]}")]
    public async Task Every_route_that_takes_a_body_refuses_one_that_means_nothing(string body)
    {
        await using var api = await ApiOfNode.StartAsync();
        using var connection = await api.ConnectAsync();
        var bytes = Encoding.UTF8.GetBytes(body);
        foreach (var route in api.Routes.Where(route => route is { Method: "POST", Pattern: not "/networks/prune" }))
        {
            foreach (var query in (string[])["", "?version=x", "?version=18446744073709551615"])
            {
                var answer = await connection.AskAsync(RawConnection.Request("POST", api.PathOf(route) + query, bytes));
                Assert.True(Refusals.Contains(answer.Status), $"{route.Pattern}{query} {body}: {answer}");
                Assert.NotEmpty(answer.ReadMessage());
            }
        }
    }

    [Theory]
    [InlineData("?filters=[")]
    [InlineData("?filters=%7B%22label%22%3A%7B%22a%22%3A")]
    [InlineData("?filters=%7B%22name%22%3A%5B%5B%5B%5B%5B%5B")]
    [InlineData("?filters=%FF%FE&status=maybe&since=x&until=x&tail=x&limit=x&t=x&condition=x&signal=x")]
    [InlineData("?filters=null&filters=7&version=-1&force=perhaps")]
    public async Task No_route_fails_for_its_query(string query)
    {
        await using var api = await ApiOfNode.StartAsync();
        foreach (var route in api.Routes.Where(IsAnswered))
        {
            using var connection = await api.ConnectAsync();
            var answer = await connection.AskAsync(RawConnection.Request(route.Method, api.PathOf(route) + query, []));
            Assert.True(answer.Status != 500, $"{route.Method} {route.Pattern}{query}: {answer}");
        }
    }

    [Fact]
    public async Task A_path_is_not_trusted_either()
    {
        string[] names =
        [
            "%00", "%FF%FE", "%2e%2e%2f%2e%2e%2fetc", "%", "%zz", "a%2Fb", new string('a', 100_000), "%F0%9F%90%B3",
            "%0d%0aX:%20y",
        ];
        await using var api = await ApiOfNode.StartAsync();
        foreach (var route in api.Routes.Where(route => route.Pattern.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var name in names)
            {
                using var connection = await api.ConnectAsync();
                var parts = route.Pattern.Split('/').Select(part => part.StartsWith('{') ? name : part);
                var path = $"/v1.41{string.Join('/', parts)}";
                var answer = await connection.AskAsync(RawConnection.Request(route.Method, path, []));
                Assert.True(
                    Refusals.Contains(answer.Status),
                    $"{route.Method} {path[..Math.Min(80, path.Length)]}: {answer}");
            }
        }
    }

    [Fact]
    public async Task Endless_headers_end_the_connection_and_no_other()
    {
        await using var api = await ApiOfNode.StartAsync();
        using var hostile = await api.ConnectAsync();
        var answer = hostile.ReadAsync();
        await hostile.TrySendAsync("GET /v1.41/services HTTP/1.1\r\nHost: docker\r\n"u8.ToArray());
        var header = Encoding.ASCII.GetBytes($"X-A: {new string('a', 8000)}\r\n");
        var sent = 0L;
        while (sent < 64L * 1024 * 1024 && await hostile.TrySendAsync(header))
        {
            sent += header.Length;
        }

        Assert.Equal((431, true), ((await answer).Status, (await answer).Closes));
        Assert.InRange(sent, 0, 16L * 1024 * 1024);
        using var next = await api.ConnectAsync();
        Assert.Equal(200, (await next.AskAsync(RawConnection.Request("GET", "/v1.41/services", []))).Status);
    }

    [Fact]
    public async Task Giant_filters_are_refused_or_answered_but_never_fail()
    {
        await using var api = await ApiOfNode.StartAsync();
        using var connection = await api.ConnectAsync();
        var labels = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{i}\""));
        string[] filters =
        [
            $"{{\"label\":[{labels}]}}", new('x', 300_000), $"{{\"{new string('k', 100_000)}\":[]}}",
        ];
        foreach (var kind in (string[])["services", "tasks", "nodes", "containers/json"])
        {
            foreach (var filter in filters)
            {
                var target = $"/v1.41/{kind}?filters={filter}";
                var answer = await connection.AskAsync(RawConnection.Request("GET", target, []));
                Assert.True(answer.Status is 200 or 400, $"{kind} {filter[..20]}: {answer.Status}");
            }
        }
    }

    // Not those without an end or a body, nor those that would end the service or the swarm.
    private static bool IsAnswered(DockerRoute route) =>
        route.Method is "GET" or "POST" && route.Pattern is not ("/events" or "/swarm/leave");
}
