using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Events;

public sealed class EventEndpointTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_795_210_304);

    private readonly LaterTime _time = new();
    private ApiHost _api = null!;

    public async Task InitializeAsync() => _api = await ApiHost.StartAsync(_time);

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Events_of_the_past_look_like_recorded_ones()
    {
        var recorded = RecordedDocuments.Read("swarm-events");
        foreach (var line in recorded)
        {
            var attributes = line["Actor"]!["Attributes"]!.AsObject()
                .Select(a => KeyValuePair.Create(a.Key, a.Value!.GetValue<string>()));
            _api.Events.Add(new(
                line["Type"]!.GetValue<string>(),
                line["Action"]!.GetValue<string>(),
                line["Actor"]!["ID"]!.GetValue<string>(),
                attributes.ToValueDictionary(),
                DateTimeOffset.UnixEpoch.AddTicks(line["timeNano"]!.GetValue<long>() / 100)));
        }

        var lines = await Read("events?since=1&until=1795290000");
        Assert.Equal(recorded.Count, lines.Count);
        foreach (var (expected, actual) in recorded.Zip(lines))
        {
            expected["timeNano"] = expected["timeNano"]!.GetValue<long>() / 100 * 100;
            JsonAssert.Same(expected, actual);
        }
    }

    [Theory]
    [InlineData("since=1795210304&until=1795210400", "", "a", "b", "c")]
    [InlineData("since=1795210305&until=1795210400", "", "b", "c")]
    [InlineData("until=1795210305", "", "a", "b")]
    [InlineData("since=1&until=1795210400", """{"type":{"service":true}}""", "a", "b")]
    [InlineData("since=1&until=1795210400", """{"event":["remove"]}""", "b")]
    [InlineData("since=1&until=1795210400", """{"service":["web"]}""", "a", "b")]
    [InlineData("since=1&until=1795210400", """{"node":["c"]}""", "c")]
    [InlineData("since=1&until=1795210400", """{"scope":["local"]}""")]
    [InlineData("since=1&until=1795210400", """{"nosuch":["1"]}""", "a", "b", "c")]
    [InlineData("since=1&until=1795210400", """{"label":["image=i"]}""", "b")]
    [InlineData("since=1&until=1795210400", """{"image":["i"],"type":["service","node"]}""", "b")]
    public async Task The_past_is_filtered(string query, string filters, params string[] ids)
    {
        _api.Events.Add(new("service", "create", "a", [new("name", "web")], Start));
        _api.Events.Add(new("service", "remove", "b", [new("name", "web"), new("image", "i")], Start.AddSeconds(1)));
        _api.Events.Add(new("node", "update", "c", [new("name", "host")], Start.AddSeconds(2)));
        var lines = await Read($"events?{query}&{ApiHost.Filter(filters)}");
        Assert.Equal(ids, lines.Select(l => l["Actor"]!["ID"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Bad_times_are_refused()
    {
        Assert.Equal(400, (await _api.SendAsync("GET", "events?since=yesterday")).Status);
        Assert.Equal(400, (await _api.SendAsync("GET", "events?since=2&until=1")).Status);
    }

    [Fact]
    public async Task Changes_of_the_swarm_are_heard_while_they_happen_and_remembered()
    {
        using var stop = new CancellationTokenSource();
        var feed = new EventFeed(_api.Events, _time, NullLogger<EventFeed>.Instance);
        var running = feed.RunAsync(_api.Client, stop.Token);

        using (var response = await _api.Http.GetAsync("events", HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            var id = await _api.CreateAsync("web");
            var created = JsonNode.Parse((await reader.ReadLineAsync())!)!;
            Assert.Equal((id, "create"), (created["Actor"]!["ID"]!.GetValue<string>(), Action(created)));
            await _api.SendAsync("DELETE", "services/web");
            Assert.Equal("remove", Action(JsonNode.Parse((await reader.ReadLineAsync())!)!));
        }

        var until = _time.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds() / 1000.0;
        Assert.Equal(["create", "remove"], (await Read($"events?since=1&until={until}")).Select(Action));

        await stop.CancelAsync();
        await running;
        Assert.Empty(_api.Events.Snapshot());
    }

    [Fact]
    public async Task A_stream_ends_at_the_time_it_was_asked_to()
    {
        var until = _time.GetUtcNow().AddMilliseconds(300).ToUnixTimeMilliseconds() / 1000.0;
        Assert.Empty(await Read($"events?until={until}"));
    }

    [Fact]
    public async Task A_listener_that_falls_behind_is_cut_off_and_told_why()
    {
        using var slow = _api.Events.Listen();
        using var quick = _api.Events.Listen();
        for (var i = 0; i <= EventHistory.Capacity; i++)
        {
            _api.Events.Add(new("service", "update", "s", default, Start));
            Assert.True(quick.Next.TryRead(out _));
        }

        for (var i = 0; i < EventHistory.Capacity; i++)
        {
            Assert.True(slow.Next.TryRead(out _));
        }

        var error = await Assert.ThrowsAsync<SwarmException>(async () => await slow.Next.WaitToReadAsync());
        Assert.Equal(SwarmErrorCode.ResyncRequired, error.Code);
        Assert.Equal(EventHistory.Capacity, _api.Events.Snapshot().Length);
    }

    private static string Action(JsonNode line) => line["Action"]!.GetValue<string>();

    private async Task<List<JsonNode>> Read(string path) =>
        [.. (await _api.Http.GetStringAsync(path))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!)];

    /// <summary>Recorded events lie in its past, whenever the tests run.</summary>
    private sealed class LaterTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddYears(20);
    }
}
