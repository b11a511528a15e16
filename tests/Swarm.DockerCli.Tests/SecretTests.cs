namespace Swarm.DockerCli.Tests;

/// <summary>Secrets and configs from the docker command to the file that a process reads.</summary>
public sealed class SecretTests(SwarmFixture swarm) : IClassFixture<SwarmFixture>, IAsyncLifetime
{
    private DockerCli Docker => swarm.Docker;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (DockerCli.Missing is not null)
        {
            return;
        }

        await swarm.RemoveServicesAsync();
        foreach (var kind in (string[])["secret", "config"])
        {
            foreach (var id in (await Docker.OkAsync(kind, "ls", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await Docker.RunAsync(kind, "rm", id);
            }
        }
    }

    [SkippableTheory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Create_from_file_and_standard_input_ls_inspect_and_rm(string kind)
    {
        var id = (await Docker.OkWithInputAsync("from stdin", kind, "create", "-l", "env=test", "a", "-")).Trim();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "from file");
        await Docker.OkAsync(kind, "create", "b", file);
        File.Delete(file);

        Assert.Matches($@"{id} +a +.*ago", await Docker.OkAsync(kind, "ls"));
        Assert.Equal("a\n", await Docker.OkAsync(kind, "ls", "--filter", "label=env=test", "--format", "{{.Name}}"));
        Assert.Contains("env=test", await Docker.OkAsync(kind, "inspect", "--pretty", id[..10]));
        var shown = await Docker.OkAsync(kind, "inspect", "a", "b");
        Assert.Equal(kind == "config", shown.Contains(Convert.ToBase64String("from stdin"u8)));
        Assert.DoesNotContain("from stdin", shown);
        Assert.Equal("a\nb\n", await Docker.OkAsync(kind, "rm", "a", "b"));
        await Docker.FailsAsync($"{kind} a not found", kind, "rm", "a");
    }

    // R-62
    [SkippableFact]
    public async Task A_secret_in_use_stays_and_its_name_is_free_after_removal()
    {
        await Docker.OkWithInputAsync("x", "secret", "create", "used", "-");
        await CreateAsync("user", "sleep 1000", "--secret", "used");

        await Docker.FailsAsync("secret 'used' is in use by the following service: user", "secret", "rm", "used");
        await Docker.OkAsync("service", "rm", "user");
        await Docker.OkAsync("secret", "rm", "used");
        await Docker.OkWithInputAsync("y", "secret", "create", "used", "-");
    }

    [SkippableFact]
    public async Task A_task_reads_its_secret_and_a_config_that_quotes_it()
    {
        await Docker.OkWithInputAsync("s3cret", "secret", "create", "pw", "-");
        await Docker.OkWithInputAsync(
            "{{.Service.Name}}:{{secret \"pw\"}}", "config", "create", "--template-driver", "golang", "site", "-");

        await CreateAsync(
            "reader",
            "cat $SWARM_SECRETS_DIR/pw $SWARM_CONFIGS_DIR/etc/site.conf; echo; sleep 1000",
            "--secret", "pw", "--config", "source=site,target=/etc/site.conf");

        await LogHasAsync("reader", "s3cretreader:s3cret");
    }

    [SkippableFact]
    public async Task A_rotated_secret_rolls_out_and_rollback_returns_to_the_former_one()
    {
        await Docker.OkWithInputAsync("value-one", "secret", "create", "pw", "-");
        await CreateAsync("rotating", "cat $SWARM_SECRETS_DIR/pw; echo; exec sleep 1000", "--secret", "pw");
        await LogHasAsync("rotating", "value-one");

        var id = await Rotation.RunAsync(Docker, "secret", "pw", "value-two");
        await LogHasAsync("rotating", "value-two");
        Assert.Equal($"{id}\n", await Docker.OkAsync("secret", "ls", "-q", "--filter", "name=pw", "--filter", "label=swarm.version=2"));
        Assert.Contains("pw.v1", await Docker.OkAsync("secret", "ls"));

        await Docker.OkAsync("service", "rollback", "-d", "rotating");
        await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "logs", "rotating"),
            text => text.Split("value-one").Length == 3,
            "two tasks with the first value");

        await Docker.OkAsync("service", "rm", "rotating");
        await Eventually.BecomesAsync(
            () => Docker.OkAsync("secret", "ls"),
            text => !text.Contains("pw.v1"),
            "the former version is removed");
    }

    private Task CreateAsync(string name, string script, params string[] options) => Docker.OkAsync(
        ["service", "create", "-d", "--name", name, "--no-resolve-image", .. options, "host:latest", "sh", "-c", script]);

    private Task LogHasAsync(string service, string text) => Eventually.BecomesAsync(
        () => Docker.OkAsync("service", "logs", service), log => log.Contains(text), $"{service} has logged {text}");
}
