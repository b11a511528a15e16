using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Swarm.Docker.Engine;
using Swarm.Docker.Execution;
using Swarm.Execution;

namespace Swarm.Docker.Tests;

/// <summary>Streams of an engine are taken apart, and bad ones refused.</summary>
public sealed class StreamTests
{
    [Fact]
    public void Lines_are_the_same_however_the_stream_is_cut() => Prop.ForAll(
        Gen.Elements("a", "bc", "", "d\r", new string('e', 5000)).ListOf().ToArbitrary(),
        Gen.Choose(1, 4096).ToArbitrary(),
        (lines, size) =>
        {
            var text = string.Join('\n', lines);
            var read = ReadAll(EngineLines.ReadAsync(new SlowStream(Encoding.UTF8.GetBytes(text), size), default));
            return read.Select(line => Encoding.UTF8.GetString(line.Span)).SequenceEqual(lines.Where(line => line.Length > 0));
        }).Check(FsCheck.Config.QuickThrowOnFailure);

    [Fact]
    public async Task A_line_without_an_end_is_not_read_for_ever()
    {
        var endless = new SlowStream(new byte[3 * EngineBody.MaxLineBytes].Select(_ => (byte)'x').ToArray(), 65536);

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in EngineLines.ReadAsync(endless, default))
            {
            }
        });
    }

    [Fact]
    public async Task Frames_say_which_output_they_belong_to()
    {
        var stream = new SlowStream([.. Frame(1, "out\n"), .. Frame(2, "err\n"), .. Frame(1, "")], 3);

        var frames = ReadAll(OutputFrames.ReadAsync(stream, default));

        Assert.Equal([LogStream.Stdout, LogStream.Stderr, LogStream.Stdout], frames.Select(frame => frame.Stream));
        Assert.Equal(["out\n", "err\n", ""], frames.Select(frame => Encoding.UTF8.GetString(frame.Data.Span)));
        await Assert.ThrowsAsync<EndOfStreamException>(() => CountAsync(Frame(1, "cut")[..^1]));
        await Assert.ThrowsAsync<EndOfStreamException>(() => CountAsync([1, 0, 0]));
        await Assert.ThrowsAsync<InvalidDataException>(() => CountAsync(Encoding.ASCII.GetBytes("plain text")));
        await Assert.ThrowsAsync<InvalidDataException>(() => CountAsync([1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.Equal(
            "reading failed", (await Assert.ThrowsAsync<IOException>(() => CountAsync(Frame(3, "reading failed\n")))).Message);
    }

    [Theory]
    [InlineData("2026-11-29T20:00:00.123456789Z  hello\n", "hello\n", 0)]
    [InlineData("2026-11-29T20:00:00.123456789Z a=1,b=x%20y hello world\n", "hello world\n", 2)]
    [InlineData("2026-11-29T20:00:00.123456789Z  ", "", 0)]
    public void A_line_of_output_has_a_time_and_what_the_driver_adds(string text, string data, int attributes)
    {
        var line = ContainerLogs.Parse(new(LogStream.Stdout, Encoding.UTF8.GetBytes(text)));

        Assert.Equal(data, Encoding.UTF8.GetString(line.Data.Span));
        Assert.Equal(new DateTimeOffset(2026, 11, 29, 20, 0, 0, 123, 456, TimeSpan.Zero).AddTicks(7), line.Timestamp);
        Assert.Equal(attributes, line.Attributes.Count);
        Assert.True(attributes == 0 || line.Attributes[1] == new LogAttribute("b", "x y"));
    }

    [Fact]
    public void The_engine_is_asked_for_the_wanted_part_of_the_output() => Assert.Equal(
        "timestamps=1&details=1&stderr=1&follow=1&tail=5&since=1700000000.500000000",
        new ContainerLogs(null!, "c", new()
        {
            Stdout = false,
            Follow = true,
            Tail = 5,
            Since = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500),
        }).Query);

    [Theory]
    [InlineData("unix:///run/x.sock", true)]
    [InlineData("tcp://127.0.0.1:2375", true)]
    [InlineData("tcp://localhost:2375", true)]
    [InlineData("tcp://10.0.0.9:2375", false)]
    public void An_address_tells_whether_the_engine_sees_our_files(string text, bool local) =>
        Assert.Equal(local, EngineAddress.Parse(text).IsLocal);

    [Theory]
    [InlineData("unix://relative.sock")]
    [InlineData("tcp://host")]
    [InlineData("tcp://:2375")]
    [InlineData("http://host:1")]
    public void A_bad_address_is_refused(string text) =>
        Assert.StartsWith("invalid engine address", Assert.Throws<FormatException>(() => EngineAddress.Parse(text)).Message, StringComparison.Ordinal);

    private static byte[] Frame(byte stream, string text)
    {
        var data = Encoding.UTF8.GetBytes(text);
        var header = new byte[8];
        header[0] = stream;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), data.Length);
        return [.. header, .. data];
    }

    private static async Task CountAsync(byte[] bytes)
    {
        await foreach (var _ in OutputFrames.ReadAsync(new SlowStream(bytes, 4), default))
        {
        }
    }

    private static List<T> ReadAll<T>(IAsyncEnumerable<T> items) => items.ToBlockingEnumerable().ToList();

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class SlowStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
