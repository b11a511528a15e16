using System.Text.RegularExpressions;

namespace Swarm.DockerCli.Tests.Compatibility;

/// <summary>What <c>docs/compatibility.md</c> calls refused is refused, in the words that it gives.</summary>
public sealed class RefusalTests(SwarmFixture swarm) : IClassFixture<SwarmFixture>, IAsyncLifetime
{
    private static int _services;

    private DockerCli Docker => swarm.Docker;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => DockerCli.Missing is null ? swarm.RemoveServicesAsync() : Task.CompletedTask;

    [SkippableTheory]
    [InlineData("network create --config-only n", "this engine keeps no networks of its own")]
    [InlineData("network create n", "this engine keeps no networks of its own")]
    [InlineData("network create --driver overlay --ipam-opt a=b n", "IPAM driver default has no option …")]
    [InlineData("network create --driver overlay --ipam-driver other n", "plugin … not supported")]
    [InlineData("network create --driver overlay --config-from cfg n", "an overlay network cannot take its configuration from …")]
    [InlineData("network create --driver overlay --scope local n", "cannot downgrade network scope")]
    [InlineData("network create --driver other n", "plugin \"…\" not found")]
    [InlineData("network connect n c", "this engine has no containers that could be connected to a network")]
    [InlineData("network disconnect n c", "this engine has no containers that could be connected to a network")]
    [InlineData("secret create --driver vault s", "plugin \"…\" not found")]
    [InlineData("swarm update --max-snapshots 101", "at most 100 old snapshots can be kept, not …")]
    [InlineData("service create --replicas 1000001 host true", "Number of replicas must be at most 1000000")]
    public async Task A_command_is_refused(string command, string text)
    {
        Assert.Contains(text, CompatibilityPage.Text, StringComparison.Ordinal);
        var result = await Docker.RunAsync(command.Split(' '));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches(Pattern(text), result.Error);
    }

    [SkippableTheory]
    [InlineData("--read-only", "the root file system cannot be read-only for a process")]
    [InlineData("--sysctl net.core.somaxconn=9", "sysctl … cannot be set for a process")]
    [InlineData("--isolation hyperv", "isolation hyperv is for containers on Windows only")]
    [InlineData("--credential-spec file://x", "credential specs are for containers on Windows only")]
    [InlineData("--dns 10.0.0.1", "a process gets name servers, … with an overlay network only")]
    [InlineData("--workdir /no/such", "the working directory … does not exist on this node")]
    [InlineData("--user no-such-user", "unable to find user …")]
    [InlineData("--mount type=tmpfs,target=/x", "a process cannot have … mounted; only bind mounts with equal source and target work")]
    [InlineData("--log-driver other", "no suitable node (missing plugin on 1 node)")]
    [InlineData("--mount type=cluster,source=v,target=/x", "cannot fulfill requested CSI volume mounts")]
    public async Task A_task_is_refused(string option, string text)
    {
        Assert.Contains(text, CompatibilityPage.Text, StringComparison.Ordinal);
        var name = await CreateAsync(option);

        await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "ps", "--no-trunc", "--format", "{{.Error}}", name),
            errors => Regex.IsMatch(errors, Pattern(text)),
            text);
    }

    [SkippableTheory]
    [InlineData("--tty", "the tasks get a terminal on Docker Engines only")]
    [InlineData("--log-driver json-file --log-opt max-size=1m", "options of log driver … are for Docker Engines only")]
    [InlineData("--publish 8077:80/sctp", "is answered by Docker Engines only")]
    public async Task What_is_passed_over_is_said(string option, string text)
    {
        Assert.Contains(text, CompatibilityPage.Text, StringComparison.Ordinal);
        var result = await Docker.RunAsync(Arguments(NextName(), option));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches(Pattern(text), result.Error);
    }

    private async Task<string> CreateAsync(string option)
    {
        var name = NextName();
        await Docker.OkAsync(Arguments(name, option));
        return name;
    }

    private static string[] Arguments(string name, string option) =>
        ["service", "create", "-d", "--no-resolve-image", "--name", name, .. option.Split(' '), "host", "sleep", "1000"];

    private static string NextName() => $"refused{Interlocked.Increment(ref _services)}";

    // An ellipsis on the page stands for what depends on the case.
    private static string Pattern(string text) => Regex.Escape(text).Replace("…", ".+", StringComparison.Ordinal);
}
