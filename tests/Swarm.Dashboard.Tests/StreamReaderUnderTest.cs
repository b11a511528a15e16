using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Swarm.Dashboard.Tests;

/// <summary>A stream of events as a browser reads it.</summary>
internal sealed class StreamReaderUnderTest(HttpResponseMessage response, Stream stream, CancellationToken patience)
    : IAsyncDisposable
{
    private readonly IAsyncEnumerator<SseItem<string>> _items =
        SseParser.Create(stream).EnumerateAsync(patience).GetAsyncEnumerator(patience);

    /// <summary>The next event of a kind; others are passed over.</summary>
    public async Task<(JsonElement Data, string? Id)> NextAsync(string kind)
    {
        while (await _items.MoveNextAsync())
        {
            if (_items.Current.EventType == kind)
            {
                return (JsonDocument.Parse(_items.Current.Data).RootElement, _items.Current.EventId);
            }
        }

        throw new InvalidOperationException($"the stream ended before an event {kind}");
    }

    /// <summary>Reads on until the stream ends.</summary>
    public async Task<IReadOnlyList<string>> ReadToEndAsync()
    {
        List<string> kinds = [];
        while (await _items.MoveNextAsync())
        {
            kinds.Add(_items.Current.EventType);
        }

        return kinds;
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        response.Dispose();
    }
}
