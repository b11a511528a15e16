using System.Diagnostics;
using System.Text;
using Swarm.Execution;
using Swarm.Identity;

namespace Swarm.Core.Tests.Execution;

/// <summary>A process executor with a directory of its own, and tasks for it.</summary>
public sealed class ProcessHarness : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly RandomIdGenerator _ids = new();

    public ProcessHarness(Action<ProcessExecutorOptions>? configure = null)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the process executor needs Linux");
        Directory = System.IO.Directory.CreateTempSubdirectory("swarm-test-").FullName;
        Options = new() { Hostname = "node-1", StateDirectory = Path.Combine(Directory, "state") };
        configure?.Invoke(Options);
        Executor = new(Options);
    }

    public string Directory { get; }

    public ProcessExecutorOptions Options { get; }

    public ProcessExecutor Executor { get; }

    /// <summary>Secrets that every task may use.</summary>
    public Dictionary<SecretId, Secret> Secrets { get; } = [];

    /// <summary>Configs that every task may use.</summary>
    public Dictionary<ConfigId, Config> Configs { get; } = [];

    public ITaskDependencies Dependencies => new NodeDependencies(this);

    public static CancellationToken Timeout => new CancellationTokenSource(Deadline).Token;

    /// <summary>A task that runs a shell script.</summary>
    public SwarmTask Script(string script, Func<ContainerSpec, ContainerSpec>? spec = null) =>
        NewTask(new ContainerSpec { Image = "host:latest", Command = ["/bin/sh", "-c", script] }, spec);

    public SwarmTask NewTask(ContainerSpec container, Func<ContainerSpec, ContainerSpec>? spec = null) => new()
    {
        Id = new(_ids.Next()),
        ServiceId = new("service1"),
        ServiceAnnotations = new() { Name = "web" },
        Slot = 3,
        NodeId = new("node1"),
        Spec = new() { Workload = spec?.Invoke(container) ?? container },
    };

    public ITaskController Controller(SwarmTask task) => Executor.CreateController(task, Dependencies);

    public async Task<ITaskController> StartAsync(SwarmTask task)
    {
        var controller = Controller(task);
        await controller.PrepareAsync(Timeout);
        await controller.StartAsync(Timeout);
        return controller;
    }

    public async Task<TaskExit> RunAsync(SwarmTask task) => await (await StartAsync(task)).WaitAsync(Timeout);

    /// <summary>Runs a task to its end and gives what it wrote to standard output.</summary>
    public async Task<string> OutputAsync(SwarmTask task)
    {
        var controller = await StartAsync(task);
        await controller.WaitAsync(Timeout);
        return Text(await LogsAsync(controller, LogOptions.All with { Stderr = false }));
    }

    public static async Task<List<LogLine>> LogsAsync(ITaskController controller, LogOptions? options = null)
    {
        var lines = new List<LogLine>();
        await foreach (var line in ((ITaskLogSource)controller).ReadLogsAsync(options ?? LogOptions.All, Timeout))
        {
            lines.Add(line);
        }

        return lines;
    }

    public static string Text(IEnumerable<LogLine> lines) =>
        string.Concat(lines.Select(line => Encoding.UTF8.GetString(line.Data.Span)));

    /// <summary>Waits until a file has content, and gives it.</summary>
    public async Task<string> FileAsync(string name)
    {
        var path = PathOf(name);
        await UntilAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'));
        return File.ReadAllText(path).TrimEnd('\n');
    }

    public string PathOf(string name) => Path.Combine(Directory, name);

    public static async Task UntilAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Deadline, "the condition did not come true in time");
            await Task.Delay(5);
        }
    }

    /// <summary>Whether a process exists and is not just waiting to be reaped.</summary>
    public static bool IsAlive(string pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Executor.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private sealed class NodeDependencies(ProcessHarness harness) : ITaskDependencies
    {
        public NodeId NodeId => new("node1");

        public NodeDescription Node { get; } = new() { Hostname = "node-1", Platform = new("x86_64", "linux") };

        public Secret? FindSecret(SecretId id) => harness.Secrets.GetValueOrDefault(id);

        public Config? FindConfig(ConfigId id) => harness.Configs.GetValueOrDefault(id);
    }
}
