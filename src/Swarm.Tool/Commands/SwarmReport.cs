using System.Buffers.Binary;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>The file that <c>swarm report</c> writes. What cannot be had is in it as the reason why.</summary>
internal sealed class SwarmReport
{
    private const int MaxBytes = 8_000_000;
    private const int MaxBytesOfOne = 1_000_000;
    private const int LogLines = 2_000;
    private const int FrameHeader = 8;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DockerClient _client;
    private readonly TarWriter _archive;
    private readonly CancellationToken _cancellation;
    private int _left = MaxBytes;

    private SwarmReport(DockerClient client, TarWriter archive, CancellationToken cancellationToken) =>
        (_client, _archive, _cancellation) = (client, archive, cancellationToken);

    /// <summary>Writes a report of a swarm, replacing a file of this name.</summary>
    /// <param name="client">The way to a manager.</param>
    /// <param name="path">The file.</param>
    /// <param name="daemonLog">Log of the daemon; empty when it is elsewhere.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Bytes of the file.</returns>
    public static async Task<long> WriteAsync(
        DockerClient client, string path, string daemonLog, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }

        await using (var file = Create(path))
        await using (var packed = new GZipStream(file, CompressionLevel.Optimal))
        await using (var archive = new TarWriter(packed))
        {
            await new SwarmReport(client, archive, cancellationToken).WriteAsync(daemonLog);
        }

        return new FileInfo(path).Length;
    }

    private static FileStream Create(string path)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    // The short and telling parts first: the limit takes output away before anything else.
    private async Task WriteAsync(string daemonLog)
    {
        await AddAsync("top.txt", async () => Encoding.UTF8.GetBytes(
            (await TopSnapshot.ReadAsync(_client, _cancellation)).ToText(TimeProvider.System, int.MaxValue)));
        var services = await ServicesAsync();
        foreach (var name in services)
        {
            await AddAsync($"explain/{name}.txt", async () => Encoding.UTF8.GetBytes(ExplainCommand.Format(
                await _client.GetAsync($"/swarm/explain/{Uri.EscapeDataString(name)}", _cancellation))));
        }

        foreach (var list in (string[])["tasks", "services", "nodes", "networks", "info"])
        {
            await AddAsync($"{list}.json", () => _client.DownloadAsync($"/{list}", MaxBytesOfOne, _cancellation));
        }

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        await AddAsync(
            "events.jsonl",
            () => _client.DownloadAsync($"/events?since=1&until={now}.999999999", MaxBytesOfOne, _cancellation));
        if (daemonLog.Length > 0)
        {
            await AddAsync("daemon.log", () => Task.FromResult(Encoding.UTF8.GetBytes(daemonLog)));
        }

        foreach (var name in services)
        {
            await AddAsync($"logs/{name}.log", async () => Unframe(await _client.DownloadAsync(
                $"/services/{Uri.EscapeDataString(name)}/logs?stdout=1&stderr=1&timestamps=1&details=1&tail={LogLines}",
                MaxBytesOfOne,
                _cancellation)));
        }
    }

    private async Task<List<string>> ServicesAsync()
    {
        try
        {
            return [.. (await _client.GetAsync("/services", _cancellation)).Items()
                .Select(service => service.TextAt("Spec", "Name"))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is DockerApiException or IOException or JsonException)
        {
            // Why is in services.json.
            return [];
        }
    }

    private async Task AddAsync(string name, Func<Task<byte[]>> read)
    {
        byte[] content;
        try
        {
            content = await read();
        }
        catch (Exception exception) when (exception is DockerApiException or IOException or JsonException)
        {
            content = Encoding.UTF8.GetBytes($"not available: {exception.Message}\n");
        }

        content = content[..Math.Min(content.Length, Math.Min(_left, MaxBytesOfOne))];
        _left -= content.Length;
        await _archive.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, $"swarm-report/{name}")
            {
                DataStream = new MemoryStream(content),
                Mode = OwnerOnly,
            },
            _cancellation);
    }

    // Output comes in frames; which of the two outputs it was is of no use here.
    private static byte[] Unframe(byte[] frames)
    {
        var text = new MemoryStream();
        for (var at = 0; at + FrameHeader <= frames.Length;)
        {
            var length = (int)Math.Min(
                BinaryPrimitives.ReadUInt32BigEndian(frames.AsSpan(at + 4)), (uint)(frames.Length - at - FrameHeader));
            text.Write(frames, at + FrameHeader, length);
            at += FrameHeader + length;
        }

        return text.ToArray();
    }
}
