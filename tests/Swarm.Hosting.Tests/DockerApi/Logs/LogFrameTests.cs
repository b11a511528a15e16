using System.Buffers;
using System.Text;
using Swarm.Execution;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi.Logs;

public class LogFrameTests
{
    private static readonly LogEntry Entry = LogEntry.Of(new TaskLogLine(
        new("wwooagbyawpros8w0x3dvvr8c"),
        new("u0zmz3xywpppt83ykyg6i4ede"),
        new("gvwhs1nl424u8thz57t1c2v7n"),
        new LogLine(
            LogStream.Stderr,
            new DateTimeOffset(2026, 11, 20, 21, 22, 26, TimeSpan.Zero).AddTicks(2_725_540),
            "err\n"u8.ToArray())));

    [Fact]
    public void A_line_with_details_is_framed_as_the_engine_frames_it() =>
        Assert.Equal(
            "AgAAAAAAAKBjb20uZG9ja2VyLnN3YXJtLm5vZGUuaWQ9Z3Z3aHMxbmw0MjR1OHRoejU3dDFjMnY3bixjb20uZG9ja2VyLnN3YXJtLnNl"
                + "cnZpY2UuaWQ9d3dvb2FnYnlhd3Byb3M4dzB4M2R2dnI4Yyxjb20uZG9ja2VyLnN3YXJtLnRhc2suaWQ9dTB6bXozeHl3cHBwdDgz"
                + "eWt5ZzZpNGVkZSBlcnIK",
            Convert.ToBase64String(Write(new() { Options = LogOptions.All, Details = true }, framed: true)));

    [Fact]
    public void Timestamps_come_first_and_have_nine_decimals() =>
        Assert.Equal(
            "2026-11-20T21:22:26.272554000Z err\n",
            Encoding.UTF8.GetString(Write(new() { Options = LogOptions.All, Timestamps = true }, framed: false)));

    [Fact]
    public void Without_options_a_frame_holds_the_line() =>
        Assert.Equal(
            [2, 0, 0, 0, 0, 0, 0, 4, .. "err\n"u8],
            Write(new() { Options = LogOptions.All }, framed: true));

    [Fact]
    public void An_error_is_a_frame_of_kind_three()
    {
        var output = new ArrayBufferWriter<byte>();
        LogFrames.WriteError(output, "no", framed: true);
        Assert.Equal([3, 0, 0, 0, 0, 0, 0, 24, .. "Error grabbing logs: no\n"u8], output.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData("1795210304", 0)]
    [InlineData("1795210304.5", 5_000_000)]
    [InlineData("1795210304.266874096", 2_668_740)]
    [InlineData("2026-11-20T21:31:44Z", 0)]
    [InlineData("2026-11-20T22:31:44.1+01:00", 1_000_000)]
    public void Points_in_time_are_unix_seconds_or_dates(string text, long ticks) =>
        Assert.Equal(
            DateTimeOffset.FromUnixTimeSeconds(1795210304).AddTicks(ticks),
            UnixTime.ReadOptional(text, "since"));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("1e5")]
    [InlineData("99999999999999999999999999999999999")]
    [InlineData("-9999999999999999")]
    public void Other_texts_are_no_points_in_time(string text) =>
        Assert.Equal(400, Assert.Throws<DockerApiException>(() => UnixTime.ReadOptional(text, "since")).Status);

    private static byte[] Write(LogQuery query, bool framed)
    {
        var output = new ArrayBufferWriter<byte>();
        LogFrames.Write(output, Entry, query, framed);
        return output.WrittenSpan.ToArray();
    }
}
