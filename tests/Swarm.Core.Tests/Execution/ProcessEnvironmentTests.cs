using System.Net;
using System.Net.Sockets;
using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessEnvironmentTests
{
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_sees_its_own_environment_and_nothing_of_the_hosts(bool useCgroups)
    {
        Environment.SetEnvironmentVariable("SWARM_TEST_LEAK", "1");
        var image = new ProcessImage
        {
            Executable = "env",
            Arguments = ["-0"],
            Environment = [new("A", "image"), new("B", "image"), new("C", "image")],
        };
        await using var harness = new ProcessHarness(options =>
        {
            options.UseCgroups = useCgroups;
            options.Images.Add("printer", image);
        });
        var task = harness.NewTask(new()
        {
            Image = "docker.io/library/printer:latest@sha256:0123456789abcdef",
            Hostname = "{{.Service.Name}}-{{.Task.Slot}}",
            Environment =
            [
                new("B", "task"),
                new("C", null),
                new("SLOT", "{{.Task.Slot}} of {{.Node.Hostname}}"),
                new("discovery.type", "single-node"),
                new("IFS", ","),
                new("PWD", "/nowhere"),
                new("SHLVL", "7"),
                new("MULTI", "line one\nline 'two' \"$HOME\" `id`"),
                new("EMPTY", ""),
            ],
        });

        var output = await harness.OutputAsync(task);
        var variables = output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

        string[] expected =
        [
            "A=image", "B=task", "EMPTY=", "HOSTNAME=web-3", "IFS=,", "MULTI=line one\nline 'two' \"$HOME\" `id`",
            "PWD=/nowhere", "SHLVL=7", "SLOT=3 of node-1", $"SWARM_TASK_ID={task.Id}", "discovery.type=single-node",
        ];
        string[] inherited = ["HOME=", "LANG=", "PATH="];
        List<string> own =
        [
            .. variables.Where(variable => !inherited.Any(name => variable.StartsWith(name, StringComparison.Ordinal))),
        ];
        Assert.Equal([.. expected.Order(StringComparer.Ordinal)], own);
        Assert.Equal(expected.Length + inherited.Length, variables.Count());
    }

    [SkippableFact]
    public async Task Standard_input_is_empty_and_no_descriptor_of_the_host_is_inherited()
    {
        await using var harness = new ProcessHarness();

        var output = await harness.OutputAsync(harness.Script("cat; for f in /proc/$$/fd/*; do basename $f; done"));

        // The shell itself may keep one more descriptor open.
        Assert.StartsWith("0\n1\n2\n", output, StringComparison.Ordinal);
        Assert.InRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 3, 4);
    }

    [SkippableFact]
    public async Task Signals_that_the_runtime_ignores_or_blocks_are_as_usual_in_tasks()
    {
        await using var harness = new ProcessHarness();

        var status = await harness.OutputAsync(harness.NewTask(
            new() { Image = "host", Args = ["grep", "Sig[BI]", "/proc/self/status"] }));

        // The C library may keep signals 32 and 33 for itself.
        Assert.Matches("^SigBlk:\t0{16}\nSigIgn:\t0{7}[0-3][08]0{7}\n$", status);
    }

    [SkippableFact]
    public async Task A_task_starts_in_its_own_directory_or_in_the_one_it_names()
    {
        await using var harness = new ProcessHarness();

        var own = await harness.OutputAsync(harness.Script("pwd"));
        var named = await harness.OutputAsync(harness.Script("pwd", spec => spec with { WorkingDirectory = "/usr" }));

        Assert.StartsWith(harness.Options.StateDirectory, own, StringComparison.Ordinal);
        Assert.Equal("/usr\n", named);
    }

    [SkippableFact]
    public async Task A_task_may_run_as_another_user_where_this_process_may_switch()
    {
        Skip.IfNot(Environment.UserName == "root", "only root can switch users");
        await using var harness = new ProcessHarness();

        var output = await harness.OutputAsync(harness.Script(
            "id -u; id -g; echo $HOME; touch mine && stat -c %U mine; cat /proc/self/status | grep -c 'NoNewPrivs.*1'",
            spec => spec with { User = "nobody", Privileges = new() { NoNewPrivileges = true } }));

        Assert.Equal("65534\n65534\n/nonexistent\nnobody\n1\n", output);
        Assert.Equal("1234 42 7 8\n", await harness.OutputAsync(harness.Script(
            "echo $(id -u) $(id -g) $(id -G | cut -d' ' -f2-)",
            spec => spec with { User = "1234:shadow", Groups = ["7", "8"] })));
    }

    [SkippableFact]
    public async Task Each_target_port_gets_a_free_port_of_the_node()
    {
        await using var harness = new ProcessHarness();
        var ports = new ServiceEndpoint
        {
            Ports =
            [
                new(80, 8080),
                new(53, 0, PortProtocol.Udp, PublishMode.Host),
                new(53, 0, PortProtocol.Tcp, PublishMode.Host),
            ],
        };

        var controller = await harness.StartAsync(
            harness.Script("echo $PORT $SWARM_PORT_80 $SWARM_PORT_53; exec sleep 1000") with { Endpoint = ports });
        await ProcessHarness.UntilAsync(() => ProcessHarness.LogsAsync(controller).Result.Count == 1);

        var info = Assert.Single(harness.Executor.ListContainers());
        int[] numbers = [.. info.Ports.Select(port => port.PublishedPort)];
        var output = ProcessHarness.Text(await ProcessHarness.LogsAsync(controller));
        Assert.Equal($"{numbers[0]} {numbers[0]} {numbers[1]}\n", output);
        Assert.Equal(numbers[1], numbers[2]);
        Assert.NotEqual(8080, numbers[0]);
        Assert.Equal(info.Ports, ((IPortStatusSource)controller).Ports);
    }

    [SkippableFact]
    public async Task A_host_port_is_the_wanted_one_and_must_be_free()
    {
        await using var harness = new ProcessHarness();
        // Below the numbers that the system gives out by itself, so that nobody takes it by chance.
        var number = Enumerable.Range(20_000, 10_000).First(IsFree);
        using var listener = Bind(number);
        listener.Listen();
        var task = harness.Script("exec sleep 1000") with
        {
            Endpoint = new() { Ports = [new(80, number, PortProtocol.Tcp, PublishMode.Host)] },
        };
        var controller = harness.Controller(task);
        await controller.PrepareAsync(ProcessHarness.Timeout);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => controller.StartAsync(ProcessHarness.Timeout));
        Assert.Equal(
            "starting container failed: driver failed programming external connectivity: "
            + $"Bind for 0.0.0.0:{number} failed: port is already allocated",
            exception.Message);

        listener.Dispose();
        await ProcessHarness.UntilAsync(() => IsFree(number));
        var next = await harness.StartAsync(task with { Id = new("next") });
        var port = Assert.Single((IEnumerable<PortPublication>)((IPortStatusSource)next).Ports);
        Assert.Equal(new(80, number, PortProtocol.Tcp, PublishMode.Host), port);
    }

    [SkippableFact]
    public async Task Ports_in_the_spec_win()
    {
        await using var harness = new ProcessHarness();

        var output = await harness.OutputAsync(
            harness.Script("echo $PORT", spec => spec with { Environment = [new("PORT", "99")] }) with
            {
                Endpoint = new() { Ports = [new(80, 8080)] },
            });

        Assert.Equal("99\n", output);
    }

    private static bool IsFree(int port)
    {
        try
        {
            Bind(port).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
