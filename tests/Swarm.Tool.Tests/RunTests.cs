using System.Formats.Tar;
using System.IO.Compression;

namespace Swarm.Tool.Tests;

/// <summary>A swarm for as long as a command takes.</summary>
public sealed class RunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-run-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_command_finds_the_converged_stack_and_nothing_is_left_of_it()
    {
        var stack = Write("app.yml", "services: {web: {image: 'good:1', deploy: {replicas: 2}}}");
        var seen = Path.Combine(_folder.FullName, "seen");
        var result = await RunAsync(
            "-c", stack, "--stable", "0s", "--stack", "shop",
            "--", "sh", "-c", $"echo $DOCKER_HOST $SWARM_ADDRESS > {seen}; test -S ${{DOCKER_HOST#unix://}}");

        Assert.Equal((0, ""), (result.Code, result.Output));
        Assert.Contains("shop_web: 2 of 2 tasks, converged\n", result.Error);
        var words = (await File.ReadAllTextAsync(seen)).Split();
        Assert.StartsWith("127.", words[1]);
        Assert.False(Directory.Exists(Path.GetDirectoryName(words[0]["unix://".Length..])));
    }

    [Fact]
    public async Task The_exit_code_of_the_command_is_that_of_the_run_and_runs_do_not_meet()
    {
        var results = await Task.WhenAll(
            RunAsync("--", "sh", "-c", "exit 3"), RunAsync("--", "sh", "-c", "exit 4"), RunAsync("--", "no-such-command"));
        Assert.Equal([3, 4, 127], results.Select(result => result.Code));
        Assert.StartsWith("swarm run: no-such-command cannot be started: ", results[2].Error);
    }

    [Fact]
    public async Task A_stack_that_is_not_up_in_time_is_told_and_reported()
    {
        var stack = Write(
            "app.yml", "services: {huge: {image: 'good:1', deploy: {resources: {reservations: {cpus: '1000'}}}}}");
        var report = Path.Combine(_folder.FullName, "reports", "report.tar.gz");
        var result = await RunAsync("-c", stack, "--timeout", "1s", "--report", report, "--", "touch", Path.Combine(_folder.FullName, "ran"));

        Assert.Equal(124, result.Code);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "ran")));
        Assert.Contains("insufficient resources on 1 node", result.Error);
        var files = await ReadAsync(report);
        Assert.Equal(
            [
                "daemon.log", "events.jsonl", "explain/app_huge.txt", "info.json", "logs/app_huge.log", "networks.json",
                "nodes.json", "services.json", "tasks.json", "top.txt",
            ],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("insufficient resources on 1 node", files["explain/app_huge.txt"]);
        Assert.Contains("\"Action\":\"create\"", files["events.jsonl"]);
        Assert.Contains("app_huge", files["tasks.json"] + files["services.json"]);
        Assert.NotEmpty(files["daemon.log"]);
    }

    [Fact]
    public async Task A_file_that_is_wrong_is_a_failure()
    {
        var result = await RunAsync("-c", Write("app.yml", "services: {web: {imag: x}}"), "--", "true");
        Assert.Equal(1, result.Code);
        Assert.Contains("imag", result.Error);
    }

    [Fact]
    public async Task A_report_of_a_swarm_at_work_has_the_output_of_its_services()
    {
        await using var tool = await ToolUnderTest.StartAsync();
        var web = await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("web", 2));
        await tool.ConvergeAsync(web.Id);
        var path = Path.Combine(_folder.FullName, "r.tar.gz");

        var result = await tool.RunAsync("report", "--to", path);

        Assert.Equal((0, $"{path}, {new FileInfo(path).Length} bytes\n"), (result.Code, result.Output));
        Assert.Equal("web: 2 of 2 tasks run\n", (await ReadAsync(path))["explain/web.txt"]);
    }

    [Fact]
    public async Task A_wait_may_ask_for_less_than_the_monitor_period()
    {
        await using var tool = await ToolUnderTest.StartAsync();
        await tool.Client.Services.CreateAsync(
            ToolUnderTest.Spec("web", 2) with { Update = new UpdatePolicy { Monitor = TimeSpan.FromHours(1) } });

        var result = await tool.RunAsync("wait", "web", "--stable", "0s", "--timeout", "1m");

        Assert.Equal(0, result.Code);
        Assert.EndsWith("web: 2 of 2 tasks, converged\n", result.Output);
    }

    private static Task<ToolResult> RunAsync(params string[] arguments) =>
        ToolUnderTest.RunAloneAsync(["run", "--executor", "memory", .. arguments]);

    private static async Task<Dictionary<string, string>> ReadAsync(string report)
    {
        await using var packed = new GZipStream(File.OpenRead(report), CompressionMode.Decompress);
        await using var archive = new TarReader(packed);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await archive.GetNextEntryAsync(copyData: true) is { } entry)
        {
            files[entry.Name["swarm-report/".Length..]] =
                entry.DataStream is null ? "" : await new StreamReader(entry.DataStream).ReadToEndAsync();
        }

        return files;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
