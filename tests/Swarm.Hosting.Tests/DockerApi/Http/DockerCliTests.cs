using System.Diagnostics;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.DockerApi;

/// <summary>The real <c>docker</c> command against the API, where there is one.</summary>
public sealed class DockerCliTests
{
    [SkippableFact]
    public async Task Outside_of_a_swarm_the_cli_shows_the_engine_and_what_to_do()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var version = await RunAsync(api, "version", "--format", "{{.Client.APIVersion}} {{.Server.APIVersion}} {{.Server.Os}}");
        Assert.Equal(0, version.ExitCode);
        Assert.EndsWith("1.50 linux", version.Output.Trim());
        var info = await RunAsync(api, "info");
        Assert.Equal(0, info.ExitCode);
        Assert.Contains(" Swarm: inactive", info.Output);
        var nodes = await RunAsync(api, "node", "ls");
        Assert.Equal(1, nodes.ExitCode);
        Assert.StartsWith($"Error response from daemon: {NodeErrors.NotInSwarm().Message}", nodes.Error);
        var join = await RunAsync(api, "swarm", "join", "--token", "SWMTKN-1-a-b", "127.0.0.1:2377");
        Assert.Equal("This node joined a swarm as a worker.", join.Output.Trim());
    }

    [SkippableFact]
    public async Task The_cli_forms_a_swarm_looks_at_it_and_leaves_it()
    {
        await using var api = await ApiUnderTest.StartAsync();
        api.Node.Swarm.TheCluster = api.Node.Swarm.TheCluster with { RootCa = new() { WorkerJoinToken = "SWMTKN-1-a-b" } };
        var init = await RunAsync(api, "swarm", "init", "--advertise-addr", "127.0.0.1");
        Assert.Equal("", init.Error);
        Assert.Contains("Swarm initialized: current node (n1id) is now a manager.", init.Output);
        Assert.Contains("docker swarm join --token SWMTKN-1-a-b 10.0.0.1:2377", init.Output);
        Assert.Matches("n1id \\* +node1 +Ready +Active +Leader", (await RunAsync(api, "node", "ls")).Output);
        Assert.Contains("\"Hostname\": \"node1\"", (await RunAsync(api, "node", "inspect", "self")).Output);
        Assert.Contains("Hostname:", (await RunAsync(api, "node", "inspect", "--pretty", "node1")).Output);
        Assert.Equal("node1", (await RunAsync(api, "node", "update", "--label-add", "zone=a", "node1")).Output.Trim());
        Assert.Equal("a", api.Node.Swarm.NodeUpdate!.Value.Spec.Labels["zone"]);
        Assert.Equal("SWMTKN-1-a-b", (await RunAsync(api, "swarm", "join-token", "-q", "worker")).Output.Trim());
        Assert.Contains("Swarm updated.", (await RunAsync(api, "swarm", "update", "--task-history-limit", "3")).Output);
        Assert.Equal(3, api.Node.Swarm.ClusterUpdate!.Value.Spec.TaskHistoryRetentionLimit);
        Assert.Contains(" Swarm: active", (await RunAsync(api, "info")).Output);
        Assert.Equal("Node left the swarm.", (await RunAsync(api, "swarm", "leave", "--force")).Output.Trim());
    }

    [SkippableFact]
    public async Task What_is_missing_is_said_in_the_engines_words()
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        var node = await RunAsync(api, "node", "inspect", "nosuch");
        Assert.Equal(1, node.ExitCode);
        Assert.Contains("node nosuch", node.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Invalid filter 'color'", (await RunAsync(api, "node", "ls", "--filter", "color=red")).Error);
        Assert.Contains("is not down and can't be removed", (await RunAsync(api, "node", "rm", "node1")).Error);
        foreach (var kind in (string[])["network", "volume", "image"])
        {
            Assert.Equal((kind, 0), (kind, (await RunAsync(api, kind, "ls")).ExitCode));
        }

        var secret = await RunAsync(api, "secret", "inspect", "nosuch");
        Assert.Equal(1, secret.ExitCode);
        Assert.Contains("nosuch", secret.Error);
    }

    private static async Task<CliRun> RunAsync(ApiUnderTest api, params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DOCKER_HOST"] = $"unix://{api.SocketPath}";
        start.Environment["DOCKER_CONFIG"] = Path.GetDirectoryName(api.SocketPath);
        foreach (var variable in (string[])["DOCKER_CONTEXT", "DOCKER_API_VERSION", "DOCKER_TLS_VERIFY"])
        {
            start.Environment.Remove(variable);
        }

        using var process = TryStart(start);
        Skip.If(process is null, "there is no docker command on PATH");
        process!.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliRun(process.ExitCode, await output, await error);
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private sealed record CliRun(int ExitCode, string Output, string Error);
}
