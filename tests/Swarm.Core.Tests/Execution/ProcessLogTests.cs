using System.Text;
using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessLogTests
{
    [SkippableFact]
    public async Task Lines_come_in_order_with_their_streams_and_times()
    {
        await using var harness = new ProcessHarness();
        var before = DateTimeOffset.UtcNow;
        var controller = await harness.StartAsync(harness.Script("echo one; echo two; echo oops >&2"));
        await controller.WaitAsync(ProcessHarness.Timeout);

        var lines = await ProcessHarness.LogsAsync(controller);

        Assert.Equal(["one\n", "two\n"], Texts(lines, LogStream.Stdout));
        Assert.Equal(["oops\n"], Texts(lines, LogStream.Stderr));
        Assert.All(lines, line => Assert.InRange(line.Timestamp, before, DateTimeOffset.UtcNow));
    }

    [SkippableFact]
    public async Task Tail_gives_the_last_lines_and_since_the_newer_ones()
    {
        await using var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script("seq 1 1000; echo other >&2"));
        await controller.WaitAsync(ProcessHarness.Timeout);

        var standardOutput = LogOptions.All with { Stderr = false };
        Assert.Equal("999\n1000\n", ProcessHarness.Text(
            await ProcessHarness.LogsAsync(controller, standardOutput with { Tail = 2 })));
        Assert.Empty(await ProcessHarness.LogsAsync(controller, LogOptions.All with { Tail = 0 }));
        Assert.Empty(await ProcessHarness.LogsAsync(
            controller, LogOptions.All with { Since = DateTimeOffset.UtcNow.AddHours(1) }));
        Assert.Equal("other\n", ProcessHarness.Text(
            await ProcessHarness.LogsAsync(controller, LogOptions.All with { Stdout = false })));
    }

    [SkippableFact]
    public async Task A_last_line_without_an_end_is_delivered_at_the_end_of_the_task_only()
    {
        await using var harness = new ProcessHarness();
        var go = harness.PathOf("go");
        var controller = await harness.StartAsync(harness.Script(
            $"echo whole; printf part; echo . > {harness.PathOf("written")}; "
            + $"while [ ! -e {go} ]; do sleep 0.01; done"));
        await harness.FileAsync("written");
        await ProcessHarness.UntilAsync(() => ProcessHarness.LogsAsync(controller).Result.Count > 0);
        Assert.Equal("whole\n", ProcessHarness.Text(await ProcessHarness.LogsAsync(controller)));

        await File.WriteAllTextAsync(go, "");
        await controller.WaitAsync(ProcessHarness.Timeout);

        Assert.Equal(
            ["whole\n", "part"],
            Texts(await ProcessHarness.LogsAsync(controller), LogStream.Stdout));
    }

    [SkippableFact]
    public async Task Following_delivers_lines_as_they_come_and_ends_with_the_task()
    {
        await using var harness = new ProcessHarness();
        var go = harness.PathOf("go");
        var controller = await harness.StartAsync(harness.Script(
            $"echo one; while [ ! -e {go} ]; do sleep 0.01; done; echo two"));
        var follow = ((ITaskLogSource)controller).ReadLogsAsync(
            LogOptions.All with { Follow = true }, ProcessHarness.Timeout);

        await using var lines = follow.GetAsyncEnumerator();
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("one\n", Text(lines.Current));
        await File.WriteAllTextAsync(go, "");
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("two\n", Text(lines.Current));
        Assert.False(await lines.MoveNextAsync());
    }

    [SkippableFact]
    public async Task Following_before_the_task_is_prepared_waits_for_it()
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.Script("echo hello"));
        var following = ProcessHarness.LogsAsync(controller, LogOptions.All with { Follow = true });

        await controller.PrepareAsync(ProcessHarness.Timeout);
        await controller.StartAsync(ProcessHarness.Timeout);

        Assert.Equal("hello\n", ProcessHarness.Text(await following));
    }

    [SkippableFact]
    public async Task A_line_of_more_than_16_KiB_is_split()
    {
        await using var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script("head -c 40000 /dev/zero | tr '\\0' x; echo"));
        await controller.WaitAsync(ProcessHarness.Timeout);

        var lines = await ProcessHarness.LogsAsync(controller);

        int[] lengths = [16_384, 16_384, 40_001 - (2 * 16_384)];
        Assert.Equal(lengths, lines.Select(line => line.Data.Length));
    }

    [SkippableFact]
    public async Task Old_output_is_dropped_when_the_log_is_full()
    {
        await using var harness = new ProcessHarness(options => options.LogFileBytes = 65_536);
        var controller = await harness.StartAsync(harness.Script("seq 1 50000"));
        await controller.WaitAsync(ProcessHarness.Timeout);

        var lines = Texts(await ProcessHarness.LogsAsync(controller), LogStream.Stdout);

        var files = Directory.GetFiles(harness.Options.StateDirectory, "*.log", SearchOption.AllDirectories);
        Assert.Equal(2, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 0, 65_536));
        var newest = Enumerable.Range(50_001 - lines.Count, lines.Count).Select(number => $"{number}\n").ToList();
        Assert.Equal(newest, lines);
        Assert.InRange(lines.Count, 3_000, 10_000);
    }

    [SkippableFact]
    public async Task Output_of_ended_tasks_stays_until_they_are_removed()
    {
        await using var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script("echo hello"));
        await controller.WaitAsync(ProcessHarness.Timeout);
        Assert.Single(await ProcessHarness.LogsAsync(controller));

        await controller.RemoveAsync(ProcessHarness.Timeout);

        Assert.Empty(await ProcessHarness.LogsAsync(controller));
    }

    private static List<string> Texts(IEnumerable<LogLine> lines, LogStream stream) =>
        [.. lines.Where(line => line.Stream == stream).Select(Text)];

    private static string Text(LogLine line) => Encoding.UTF8.GetString(line.Data.Span);
}
