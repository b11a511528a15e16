using Swarm.Compose.Conversion;
using Swarm.Compose.Syntax;
using Swarm.Compose.Values;
using Swarm.Compose.Yaml;

namespace Swarm.Compose.Tests.Units;

/// <summary>Small texts with a grammar of their own.</summary>
public sealed class SyntaxTests
{
    [Theory]
    [InlineData("0", 0, "0s")]
    [InlineData("1h30m", 5_400_000_000_000, "1h30m0s")]
    [InlineData("1.5ms", 1_500_000, "1.5ms")]
    [InlineData("-90s", -90_000_000_000, "-1m30s")]
    [InlineData("1us", 1_000, "1µs")]
    [InlineData("100ns", 100, "100ns")]
    [InlineData(".5s", 500_000_000, "500ms")]
    [InlineData("2562047h47m16.854775807s", long.MaxValue, "2562047h47m16.854775807s")]
    public void A_duration_is_read_to_the_nanosecond(string text, long nanoseconds, string printed)
    {
        Assert.Equal(nanoseconds, GoDuration.Parse(text));
        Assert.Equal(printed, GoDuration.Format(nanoseconds));
    }

    [Theory]
    [InlineData("", "time: invalid duration \"\"")]
    [InlineData("10", "time: missing unit in duration \"10\"")]
    [InlineData("1d", "time: unknown unit \"d\" in duration \"1d\"")]
    [InlineData("s", "time: invalid duration \"s\"")]
    [InlineData("9999999999h", "time: invalid duration \"9999999999h\"")]
    public void What_is_no_duration_is_refused_in_the_usual_words(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => GoDuration.Parse(text)).Message);

    [Theory]
    [InlineData("512m", 536_870_912)]
    [InlineData("1.5g", 1_610_612_736)]
    [InlineData("1 KiB", 1_024)]
    [InlineData("10b", 10)]
    [InlineData(".5k", 512)]
    [InlineData("1e3", 1_000)]
    public void A_size_counts_in_powers_of_1024(string text, long bytes) => Assert.Equal(bytes, SizeSyntax.Parse(text));

    [Theory]
    [InlineData("-1m", "invalid size: '-1m'")]
    [InlineData("m", "invalid size: 'm'")]
    [InlineData("1gbb", "invalid suffix: 'gbb'")]
    [InlineData("0x10", "strconv.ParseFloat: parsing \"0x10\": invalid syntax")]
    [InlineData("9999999p", "invalid size: '9999999p' is more than 64 bits hold")]
    public void What_is_no_size_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => SizeSyntax.Parse(text)).Message);

    [Theory]
    [InlineData("0.25", 250_000_000)]
    [InlineData("1/8", 125_000_000)]
    [InlineData("1e-3", 1_000_000)]
    [InlineData("2", 2_000_000_000)]
    public void A_share_of_processors_is_read_without_rounding(string text, long nanoCpus) =>
        Assert.Equal(nanoCpus, CpuSyntax.ParseNanoCpus(text));

    [Theory]
    [InlineData("0.0000000001", "value is too precise")]
    [InlineData("lots", "failed to parse lots as a rational number")]
    [InlineData("1/0", "failed to parse 1/0 as a rational number")]
    public void What_is_no_share_of_processors_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => CpuSyntax.ParseNanoCpus(text)).Message);

    [Theory]
    [InlineData(1e6, "1e+06")]
    [InlineData(123456, "123456")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(2097152, "2.097152e+06")]
    [InlineData(1.5, "1.5")]
    [InlineData(-0.0, "-0")]
    [InlineData(1e21, "1e+21")]
    public void Numbers_print_as_they_do_in_go(double number, string text) => Assert.Equal(text, GoNumber.Format(number));

    [Theory]
    [InlineData("nginx", "nginx:latest")]
    [InlineData("docker.io/library/nginx:1.25", "nginx:1.25")]
    [InlineData("localhost:5000/a/b", "localhost:5000/a/b:latest")]
    [InlineData("index.docker.io/x/y", "x/y:latest")]
    public void Images_get_a_tag_and_lose_what_is_understood(string text, string familiar) =>
        Assert.Equal(familiar, ImageName.TryParse(text)!.Tagged.Familiar);

    [Theory]
    [InlineData("2024-02-30", false)]
    [InlineData("2024-2-3", true)]
    [InlineData("2024-01-02T03:04:05Z", true)]
    [InlineData("2024-01-02T03:04:05", false)]
    [InlineData("2024-01-02 03:04:05", true)]
    [InlineData("2024-01-02 03:04:05Z", false)]
    [InlineData("24-01-02", false)]
    public void A_timestamp_is_only_what_the_reader_of_docker_takes_for_one(string text, bool isTimestamp) =>
        Assert.Equal(isTimestamp, YamlTimestamp.TryParse(text, out _));
}
