using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Swarm.Dashboard;

/// <summary>Writes server-sent events; a comment every 15 seconds keeps proxies from closing the stream.</summary>
internal sealed class EventStream(HttpContext context, TimeProvider time)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private readonly PipeWriter _output = context.Response.BodyWriter;
    private long _lastWrite = time.GetTimestamp();
    private bool _dirty;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        Write(": open\n\n"u8);
        await FlushAsync(cancellationToken);
    }

    public void Send<T>(string name, T data, JsonTypeInfo<T> type, ulong? id = null)
    {
        Write(Encoding.ASCII.GetBytes(id is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {number}\ndata: ")
            : $"event: {name}\ndata: "));

        // One line: the serializer escapes line feeds.
        using (var json = new Utf8JsonWriter(_output))
        {
            JsonSerializer.Serialize(json, data, type);
        }

        Write("\n\n"u8);
    }

    /// <summary>Sends what was written, or a sign of life when nothing was for long.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!_dirty)
        {
            if (time.GetElapsedTime(_lastWrite) < LongestSilence)
            {
                return;
            }

            Write(":\n\n"u8);
        }

        await _output.FlushAsync(cancellationToken);
        _lastWrite = time.GetTimestamp();
        _dirty = false;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _dirty = true;
    }
}
