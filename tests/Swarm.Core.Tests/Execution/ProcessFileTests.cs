using System.Text;
using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public class ProcessFileTests
{
    private const string Canary = "canary-4f1c";

    [SkippableFact]
    public async Task Secrets_and_configs_are_files_with_the_modes_that_the_spec_gives()
    {
        await using var harness = new ProcessHarness();
        var spec = With(harness, Secret(harness, "pw", Canary, new("a/b", "0", "0", 0x100)), Config(harness, "site", "k=v", new("/etc/app/site.conf")));

        var output = await harness.OutputAsync(harness.Script(
            "cat $SWARM_SECRETS_DIR/a/b $SWARM_CONFIGS_DIR/etc/app/site.conf; "
            + "stat -c ' %a' $SWARM_SECRETS_DIR/a/b $SWARM_CONFIGS_DIR/etc/app/site.conf",
            spec));

        Assert.Equal($"{Canary}k=v 400\n 444\n", output);
    }

    [SkippableFact]
    public async Task Files_lie_in_memory_where_nobody_else_can_enter()
    {
        Skip.IfNot(Directory.Exists("/dev/shm"), "there is no /dev/shm");
        await using var harness = new ProcessHarness();
        var task = harness.Script("sleep 100", With(harness, Secret(harness, "pw", Canary, new("pw"))));

        await harness.StartAsync(task);

        var directory = Environment(harness, "SWARM_SECRETS_DIR");
        Assert.StartsWith("/dev/shm/", directory);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            new DirectoryInfo(Path.GetDirectoryName(directory)!).UnixFileMode);
    }

    [SkippableTheory]
    [InlineData("exit 0")]
    [InlineData("exit 3")]
    [InlineData("kill -9 $$")]
    public async Task Nothing_is_left_when_a_task_has_ended(string end)
    {
        await using var harness = new ProcessHarness(Elsewhere);
        var task = harness.Script(end, With(harness, Secret(harness, "pw", Canary, new("pw"))));

        await harness.RunAsync(task);

        Assert.Empty(Directory.GetFileSystemEntries(Folder(harness)));
    }

    [SkippableFact]
    public async Task A_task_that_is_shut_down_before_it_starts_leaves_nothing()
    {
        await using var harness = new ProcessHarness(Elsewhere);
        var controller = harness.Controller(
            harness.Script("exit 0", With(harness, Secret(harness, "pw", Canary, new("pw")))));

        await controller.PrepareAsync(ProcessHarness.Timeout);
        Assert.Single(Directory.GetFileSystemEntries(Folder(harness)));
        await controller.ShutdownAsync(ProcessHarness.Timeout);

        Assert.Empty(Directory.GetFileSystemEntries(Folder(harness)));
    }

    [SkippableFact]
    public async Task The_content_is_overwritten_before_its_file_goes()
    {
        await using var harness = new ProcessHarness(Elsewhere);
        var task = harness.Script("read _ < go", With(harness, Secret(harness, "pw", Canary, new("pw"))));
        var controller = harness.Controller(task);
        await controller.PrepareAsync(ProcessHarness.Timeout);

        // Whoever has the file open sees what becomes of it.
        using var open = File.OpenRead(Path.Combine(Folder(harness), task.Id.Value, "secrets", "pw"));
        await controller.RemoveAsync(ProcessHarness.Timeout);

        var content = new byte[Canary.Length];
        open.ReadExactly(content);
        Assert.All(content, value => Assert.Equal(0, value));
    }

    [SkippableFact]
    public async Task What_an_earlier_life_left_behind_is_wiped_unless_its_task_still_runs()
    {
        await using var harness = new ProcessHarness(Elsewhere);
        var live = harness.Script(
            $"echo up > {harness.PathOf("up")}; sleep 100", With(harness, Secret(harness, "pw", Canary, new("pw"))));
        await harness.StartAsync(live);
        await harness.FileAsync("up");
        Directory.CreateDirectory(Path.Combine(Folder(harness), "gone", "secrets"));
        File.WriteAllText(Path.Combine(Folder(harness), "gone", "secrets", "pw"), Canary);

        await using var next = new ProcessExecutor(harness.Options);
        await next.ConfigureAsync(new Node { Id = new("node1") }, default);

        Assert.Equal([live.Id.Value], Directory.GetDirectories(Folder(harness)).Select(Path.GetFileName));
    }

    [SkippableFact]
    public async Task A_link_in_the_place_of_a_file_is_not_followed_when_wiping()
    {
        await using var harness = new ProcessHarness(Elsewhere);
        var precious = harness.PathOf("precious");
        Directory.CreateDirectory(harness.PathOf("kept"));
        File.WriteAllText(precious, "precious");
        File.WriteAllText(harness.PathOf("kept/inner"), "inner");
        var task = harness.Script(
            $"cd $SWARM_SECRETS_DIR && rm -f pw && ln -s {precious} pw && ln -s {harness.PathOf("kept")} d && ln {precious} h",
            With(harness, Secret(harness, "pw", Canary, new("pw"))));

        await harness.RunAsync(task);

        Assert.Empty(Directory.GetFileSystemEntries(Folder(harness)));
        Assert.Equal(("precious", "inner"), (File.ReadAllText(precious), File.ReadAllText(harness.PathOf("kept/inner"))));
    }

    [SkippableFact]
    public async Task A_secret_is_neither_in_the_environment_nor_in_what_inspect_shows_nor_in_the_state_directory()
    {
        await using var harness = new ProcessHarness();
        var task = harness.Script("sleep 100", With(harness, Secret(harness, "pw", Canary, new("pw"))));

        await harness.StartAsync(task);

        var container = harness.Executor.ListContainers().Single();
        Assert.DoesNotContain(Canary, File.ReadAllText($"/proc/{container.Pid}/environ"));
        Assert.DoesNotContain(Canary, File.ReadAllText($"/proc/{container.Pid}/cmdline"));
        Assert.DoesNotContain(Canary, container.ToString());
        Assert.All(
            Directory.GetFiles(harness.Directory, "*", SearchOption.AllDirectories).Where(IsRegular),
            file => Assert.DoesNotContain(Canary, File.ReadAllText(file)));
    }

    [SkippableFact]
    public async Task Privileged_executors_show_secrets_at_the_path_of_Docker_to_the_task_alone()
    {
        Skip.IfNot(IsRoot, "needs root");
        await using var harness = new ProcessHarness();
        var existing = harness.PathOf("site.conf");
        File.WriteAllText(existing, "old");
        var task = harness.Script(
            $"cat /run/secrets/pw {existing}; echo x 2>/dev/null > /run/secrets/new || echo ' read-only'; sleep 100",
            With(harness, Secret(harness, "pw", Canary, new("pw")), Config(harness, "site", "+new", new(existing))));

        var controller = await harness.StartAsync(task);
        await ProcessHarness.UntilAsync(() =>
            ProcessHarness.Text(ProcessHarness.LogsAsync(controller).Result).EndsWith("read-only\n", StringComparison.Ordinal));

        Assert.Equal($"{Canary}+new read-only\n", ProcessHarness.Text(await ProcessHarness.LogsAsync(controller)));
        Assert.False(File.Exists("/run/secrets/pw"));
        Assert.Equal("old", File.ReadAllText(existing));
    }

    [SkippableFact]
    public async Task What_is_meant_for_a_place_among_the_secrets_is_there()
    {
        Skip.IfNot(IsRoot, "needs root");
        await using var harness = new ProcessHarness();
        var with = With(
            harness,
            Secret(harness, "pw", Canary, new("/run/secrets/deep/pw")),
            Config(harness, "site", "+new", new("/run/secrets/site")));
        var task = harness.Script(
            "cat /run/secrets/deep/pw /run/secrets/site $SWARM_CONFIGS_DIR/run/secrets/site", with);

        Assert.Equal($"{Canary}+new+new", await harness.OutputAsync(task));
    }

    [SkippableFact]
    public async Task A_health_check_sees_the_files_as_its_task_does()
    {
        Skip.IfNot(IsRoot, "needs root");
        await using var harness = new ProcessHarness();
        var with = With(harness, Secret(harness, "pw", Canary, new("pw")));
        var task = harness.Script("sleep 100", spec => with(spec) with
        {
            HealthCheck = new()
            {
                Test = ["CMD-SHELL", $"grep -q {Canary} /run/secrets/pw && grep -q {Canary} $SWARM_SECRETS_DIR/pw"],
                Interval = TimeSpan.FromMilliseconds(50),
                Retries = 100,
            },
        });

        await harness.StartAsync(task);

        Assert.Equal("healthy", harness.Executor.ListContainers().Single().Health?.Status);
    }

    [SkippableFact]
    public async Task Another_user_reads_its_own_secrets_and_cannot_change_the_directory()
    {
        Skip.IfNot(IsRoot, "needs root");
        await using var harness = new ProcessHarness();
        var with = With(harness, Secret(harness, "pw", Canary, new("pw")), Secret(harness, "own", "x", new("own", "65534", "65534", 0x100)));
        var task = harness.Script(
            "cat $SWARM_SECRETS_DIR/pw $SWARM_SECRETS_DIR/own /run/secrets/own; "
            + "rm -f $SWARM_SECRETS_DIR/pw 2>/dev/null || echo ' kept'",
            spec => with(spec) with { User = "65534" });

        Assert.Equal($"{Canary}xx kept\n", await harness.OutputAsync(task));
    }

    [SkippableFact]
    public async Task Templates_are_filled_in_and_other_bytes_stay_as_they_are()
    {
        await using var harness = new ProcessHarness();
        byte[] binary = [0xFF, 0x00, 0xC3, 0x28];
        var pw = Secret(harness, "pw", Canary, new("pw"));
        var spec = With(
            harness,
            pw,
            Config(
                harness,
                "site",
                [.. Encoding.UTF8.GetBytes("ü{{.Service.Name}}-{{.Task.Slot}} {{secret \"pw\"}} {{env \"A\"}}{{env \"B\"}}"), .. binary],
                new("site"),
                new("golang")));

        var output = await harness.OutputAsync(harness.Script(
            "od -An -v -tx1 $SWARM_CONFIGS_DIR/site | tr -d ' \\n'",
            container => spec(container) with { Environment = [new("A", "ä{{.Task.Slot}}")] }));

        byte[] expected = [.. Encoding.UTF8.GetBytes($"üweb-3 {Canary} ä{{{{.Task.Slot}}}}"), .. binary];
        Assert.Equal(Convert.ToHexStringLower(expected), output);
    }

    [SkippableTheory]
    [InlineData("jinja", "x", "unable to get config from config store: failed to expand templated config site: unrecognized template type")]
    [InlineData("golang", "{{secret \"no\"}}", "secret target no not found")]
    [InlineData("golang", "{{.Nope}}", "can't evaluate field Nope")]
    public async Task A_template_that_does_not_work_rejects_the_task(string driver, string template, string text)
    {
        await using var harness = new ProcessHarness(options => options.Hostname = "node-1");
        var spec = With(harness, Config(harness, "site", Encoding.UTF8.GetBytes(template), new("site"), new(driver)));

        var error = await Assert.ThrowsAsync<TaskRejectedException>(
            () => harness.Controller(harness.Script("exit 0", spec)).PrepareAsync(ProcessHarness.Timeout));

        Assert.Contains(text, error.Message);
    }

    [SkippableFact]
    public async Task A_secret_that_has_not_come_rejects_the_task()
    {
        await using var harness = new ProcessHarness();
        var with = With(harness, Secret(harness, "pw", Canary, new("pw")));
        harness.Secrets.Clear();

        var error = await Assert.ThrowsAsync<TaskRejectedException>(
            () => harness.Controller(harness.Script("exit 0", with)).PrepareAsync(ProcessHarness.Timeout));

        Assert.Equal("unable to get secret from secret store: secret pw not found", error.Message);
    }

    [SkippableTheory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/")]
    public async Task A_target_outside_of_the_directory_rejects_the_task(string target)
    {
        await using var harness = new ProcessHarness();
        var spec = With(harness, Secret(harness, "pw", Canary, new(target)));

        var error = await Assert.ThrowsAsync<TaskRejectedException>(
            () => harness.Controller(harness.Script("exit 0", spec)).PrepareAsync(ProcessHarness.Timeout));

        Assert.Equal($"invalid target {target} of secret pw", error.Message);
    }

    private static bool IsRoot => System.Environment.UserName == "root";

    private static void Elsewhere(ProcessExecutorOptions options) =>
        options.SecretsDirectory = Path.Combine(Path.GetDirectoryName(options.StateDirectory)!, "files");

    private static string Folder(ProcessHarness harness) => harness.Options.SecretsDirectory!;

    private static string Environment(ProcessHarness harness, string name) => harness.Executor.ListContainers()
        .Single().Environment.Single(variable => variable.Name == name).Value!;

    private static SecretReference Secret(ProcessHarness harness, string name, string value, FileTarget target)
    {
        harness.Secrets[new(name)] = new()
        {
            Id = new(name),
            Spec = new() { Name = name, Data = [.. Encoding.UTF8.GetBytes(value)] },
        };
        return new(new(name), name, target);
    }

    private static ConfigReference Config(ProcessHarness harness, string name, string value, FileTarget target) =>
        Config(harness, name, Encoding.UTF8.GetBytes(value), target, null);

    private static ConfigReference Config(
        ProcessHarness harness,
        string name,
        byte[] value,
        FileTarget target,
        Driver? templating)
    {
        harness.Configs[new(name)] = new()
        {
            Id = new(name),
            Spec = new() { Name = name, Data = [.. value], Templating = templating },
        };
        return new(new(name), name, target);
    }

    private static Func<ContainerSpec, ContainerSpec> With(ProcessHarness harness, params object[] files) =>
        spec => spec with
        {
            Secrets = files.OfType<SecretReference>().ToValueList(),
            Configs = files.OfType<ConfigReference>().ToValueList(),
        };

    // The pipes that a task writes its output to hold what it writes, and reading one would wait for that.
    private static bool IsRegular(string file) => new FileInfo(file).Length > 0;
}
