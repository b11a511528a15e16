using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Swarm.DockerCli.Tests;

/// <summary>
/// Well-known public stacks, deployed by the docker command and by ours to the same swarm: both leave the same services,
/// networks, secrets and configs, and each command lists and removes what the other made.
/// </summary>
public sealed class StackSampleTests(StackSampleTests.MemorySwarm swarm) : IClassFixture<StackSampleTests.MemorySwarm>
{
    /// <summary>Samples with options that the docker command learned after version 20.10 of Debian 12.</summary>
    private static readonly string[] Newer = ["pub-postgres-dns", "pub-vault-consul"];

    public static TheoryData<string> Samples =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Samples"), "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Order(StringComparer.Ordinal),
    ];

    private DockerCli Docker => swarm.Daemon!.Docker;

    [SkippableTheory]
    [MemberData(nameof(Samples))]
    public async Task Both_commands_leave_the_same_stack(string sample)
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        var version = (await Docker.OkAsync("version", "-f", "{{.Client.Version}}")).Trim();
        Skip.If(Newer.Contains(sample) && version.StartsWith("20.", StringComparison.Ordinal), $"docker {version} does not know its options");
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Samples", $"{sample}.json"));
        var content = JsonNode.Parse(text)!.AsObject();
        var directory = await WriteAsync(content["files"]!.AsObject());
        await PrepareAsync(content["daemon"] as JsonObject ?? []);
        var deploy = content["steps"]!.AsArray()[^1]!["args"]!.AsArray().Select(argument => (string)argument!).ToArray();
        string[] arguments = ["deploy", "--resolve-image", "never", .. deploy[1..]];
        var environment = (content["env"] as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        var succeeds = (int)content["want"]!.AsArray()[0]!.AsArray()[^1]!["exit"]! == 0;

        // Before version 26 the docker command knows only the one way, and no option for it.
        var theirArguments = arguments.Where(argument => argument is not ("-d" or "--detach=true")).ToArray();
        var theirs = await DeployAsync(DockerStack, theirArguments, directory, environment, succeeds);
        await ListedAndRemovedAsync(OurStack, deploy[^1], succeeds);
        var ours = await DeployAsync(OurStack, arguments, directory, environment, succeeds);
        await ListedAndRemovedAsync(DockerStack, deploy[^1], succeeds);

        Assert.Equal(theirs, ours);
        Assert.Equal(succeeds, theirs.Length > 0);
        Directory.Delete(directory, recursive: true);
    }

    private ProcessStartInfo DockerStack => new("docker", ["-H", Docker.Endpoint, "stack"]);

    private ProcessStartInfo OurStack
    {
        get
        {
            var start = new ProcessStartInfo("dotnet", [ToolCommand.Program, "stack"]);
            start.Environment["DOCKER_HOST"] = Docker.Endpoint;
            return start;
        }
    }

    private static async Task<string> WriteAsync(JsonObject files)
    {
        var directory = Directory.CreateTempSubdirectory("swarm-stack-").FullName;
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var bytes = content is JsonObject encoded
                ? Convert.FromBase64String((string)encoded["base64"]!)
                : System.Text.Encoding.UTF8.GetBytes((string)content!);
            await File.WriteAllBytesAsync(path, bytes);
        }

        return directory;
    }

    /// <summary>What the stack takes for granted.</summary>
    private async Task PrepareAsync(JsonObject before)
    {
        foreach (var network in before["networks"] as JsonArray ?? [])
        {
            await Docker.OkAsync("network", "create", "-d", "overlay", (string)network!["name"]!);
        }

        foreach (var secret in before["secrets"] as JsonArray ?? [])
        {
            await Docker.OkWithInputAsync("x", "secret", "create", (string)secret!["name"]!, "-");
        }
    }

    private async Task<string[]> DeployAsync(
        ProcessStartInfo command,
        string[] arguments,
        string directory,
        Dictionary<string, string?> environment,
        bool succeeds)
    {
        command.WorkingDirectory = directory;
        foreach (var (name, value) in environment)
        {
            command.Environment[name] = value;
        }

        var (exitCode, output) = await RunAsync(command, arguments);
        Assert.True((exitCode == 0) == succeeds, output);
        return succeeds ? await SpecsAsync() : [];
    }

    private async Task ListedAndRemovedAsync(ProcessStartInfo command, string stack, bool exists)
    {
        var services = await Docker.OkAsync("stack", "services", "-q", stack);
        await ListsAsync(["ls"], text => text.Contains(stack) == exists);
        if (!exists)
        {
            return;
        }

        var count = services.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        await ListsAsync(["services", stack], text => text.Trim().Split('\n').Length == count + 1);
        await ListsAsync(["ps", stack], text => text.Contains($"{stack}_", StringComparison.Ordinal));
        await ListsAsync(["rm", stack], text => text.Contains($"Removing service {stack}_", StringComparison.Ordinal));
        await ListsAsync(["ls"], text => !text.Contains(stack));

        async Task ListsAsync(string[] arguments, Predicate<string> isRight)
        {
            var (exitCode, output) = await RunAsync(Copy(command), arguments);
            Assert.True(exitCode == 0 && isRight(output), output);
        }
    }

    private static ProcessStartInfo Copy(ProcessStartInfo command)
    {
        var copy = new ProcessStartInfo(command.FileName, command.ArgumentList);
        foreach (var (name, value) in command.Environment)
        {
            copy.Environment[name] = value;
        }

        return copy;
    }

    /// <summary>All specs, with names in the place of ids.</summary>
    private async Task<string[]> SpecsAsync()
    {
        var names = new Dictionary<string, string>();
        var specs = new List<string>();
        foreach (var kind in (string[])["network", "secret", "config", "service"])
        {
            foreach (var id in (await Docker.OkAsync(kind, "ls", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var found = JsonNode.Parse(await Docker.OkAsync(kind, "inspect", id))!.AsArray()[0]!;
                var name = (string)(found["Name"] ?? found["Spec"]!["Name"])!;
                names[(string)(found["Id"] ?? found["ID"])!] = name;
                specs.Add(kind == "network" ? $"network {name} {found["Driver"]} {found["Labels"]}" : $"{kind} {found["Spec"]}");
            }
        }

        return [.. specs.Select(spec => names.Aggregate(spec, (text, pair) => text.Replace(pair.Key, pair.Value))).Order()];
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start, string[] arguments)
    {
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var result = await ToolCommand.RunAsync(start, "");
        return (result.ExitCode, result.Output + result.Error);
    }

    /// <summary>A daemon whose tasks are nothing but states: the images of the samples are not here.</summary>
    public sealed class MemorySwarm : IAsyncLifetime
    {
        public DaemonProcess? Daemon { get; private set; }

        public async Task InitializeAsync()
        {
            if (DockerCli.Missing is null)
            {
                Daemon = await DaemonProcess.StartAsync("--executor", "memory");
                await Daemon.Docker.OkAsync("swarm", "init", "--advertise-addr", Daemon.Address);
            }
        }

        public async Task DisposeAsync()
        {
            if (Daemon is not null)
            {
                await Daemon.DisposeAsync();
            }
        }
    }
}
