using Swarm.Execution;
using Swarm.Execution.Processes;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessPartsTests
{
    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("term", 15)]
    [InlineData("9", 9)]
    [InlineData("SIGRTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMAX-1", 63)]
    [InlineData("64", 64)]
    [InlineData("0", null)]
    [InlineData("65", null)]
    [InlineData("", null)]
    [InlineData("SIG", null)]
    [InlineData("SIGNOPE", null)]
    [InlineData("RTMAX+1", null)]
    [InlineData("RTMIN3", null)]
    public void Signals_have_names_and_numbers(string text, int? number) => Assert.Equal(number, Signals.Parse(text));

    [Theory]
    [InlineData(0.0005, "0.5ms")]
    [InlineData(0.25, "250ms")]
    [InlineData(1, "1s")]
    [InlineData(30, "30s")]
    [InlineData(1.5, "1.5s")]
    [InlineData(90, "1m30s")]
    [InlineData(3600, "1h0m0s")]
    public void Durations_look_as_in_go(double seconds, string text) =>
        Assert.Equal(text, GoDuration.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("web:1")]
    [InlineData("docker.io/library/web:1")]
    [InlineData("web:1@sha256:abc")]
    public void An_image_is_found_by_every_form_of_its_name(string reference)
    {
        var image = new ProcessImage { Executable = "web" };
        var images = new ProcessImages().Add("web:1", image).Add("registry:5000/app", new());

        Assert.True(images.TryGet(reference, out var found));
        Assert.Same(image, found);
        Assert.True(images.TryGet("registry:5000/app:latest", out _));
        Assert.False(images.TryGet("web", out _));
        Assert.Equal(["registry:5000/app:latest", "web:1"], images.Names);
    }

    [Fact]
    public void The_image_host_cannot_be_registered() =>
        Assert.Throws<ArgumentException>(() => new ProcessImages().Add("host:1", new()));

    [Fact]
    public void Lines_are_cut_the_same_however_the_output_arrives()
    {
        var random = new Random(7);
        byte[] output = [.. Enumerable.Range(0, 100_000).Select(_ => (byte)(random.Next(400) == 0 ? '\n' : 'x'))];
        output.AsSpan(30_000, 40_000).Fill((byte)'y');
        var whole = Split([output]);

        var pieces = new List<byte[]>();
        for (var position = 0; position < output.Length;)
        {
            var length = Math.Min(random.Next(1, 3_000), output.Length - position);
            pieces.Add(output[position..(position + length)]);
            position += length;
        }

        Assert.Equal(whole, Split(pieces));
        Assert.Equal(output.Length, whole.Sum(line => line.Length));
        Assert.All(whole, line => Assert.InRange(line.Length, 1, LineSplitter.MaximumLength));
        Assert.All(whole, line => Assert.DoesNotContain('\n', line[..^1]));
    }

    private static List<string> Split(IEnumerable<byte[]> pieces)
    {
        var splitter = new LineSplitter();
        var lines = new List<string>();
        foreach (var piece in pieces)
        {
            splitter.Split(piece, Add);
        }

        splitter.Flush(Add);
        return lines;

        void Add(ReadOnlySpan<byte> line) => lines.Add(System.Text.Encoding.ASCII.GetString(line));
    }
}
