using Swarm.Execution;
using Swarm.Execution.Processes;

namespace Swarm.Core.Tests.Execution;

/// <summary>What a spec asks of a container: a process gets it, or does not run.</summary>
public sealed class ProcessDemandTests
{
    public static TheoryData<ContainerSpec, string> Refused => new()
    {
        { new() { ReadOnly = true }, "the root file system cannot be read-only for a process" },
        { new() { Sysctls = [new("net.core.somaxconn", "9")] }, "sysctl net.core.somaxconn cannot be set for a process" },
        { new() { Isolation = Isolation.HyperV }, "isolation hyperv is for containers on Windows only" },
        { new() { OomScoreAdjustment = 1001 }, "invalid OOM score 1001: must be between -1000 and 1000" },
        { new() { Privileges = new() { CredentialSpec = new("", "x", "") } }, "credential specs are for containers on Windows" },
        { new() { Privileges = new() { SELinux = new(false, "u", "", "", "") } }, "SELinux labels cannot be given" },
        { new() { Privileges = new() { Seccomp = new("custom", [1]) } }, "a seccomp profile cannot be applied" },
        { new() { Dns = new() { Nameservers = ["10.0.0.1"] } }, "with an overlay network only" },
    };

    [SkippableTheory]
    [MemberData(nameof(Refused))]
    public async Task What_no_process_can_have_is_refused_with_its_name(ContainerSpec spec, string text)
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.NewTask(spec with { Image = "host", Args = ["true"] }));

        var rejection = await Assert.ThrowsAsync<TaskRejectedException>(
            () => controller.PrepareAsync(ProcessHarness.Timeout));

        Assert.Contains(text, rejection.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("NET_ADMIN", "", "")]
    [InlineData("", "CAP_NET_RAW,chown", "-net_raw,-chown")]
    [InlineData("NET_ADMIN", "NET_RAW,ALL", "-all,-net_raw,+net_admin")]
    public void Only_dropping_capabilities_takes_any_work(string added, string dropped, string plan) => Assert.Equal(
        plan,
        Capabilities.Plan(Spec(added, dropped), isPrivileged: true, hasSetpriv: true));

    [Fact]
    public void Whoever_has_no_capabilities_can_drop_them_and_not_add_any()
    {
        Assert.Equal("", Capabilities.Plan(Spec("", "ALL"), isPrivileged: false, hasSetpriv: true));
        var rejection = Assert.Throws<TaskRejectedException>(
            () => Capabilities.Plan(Spec("SYS_TIME", ""), isPrivileged: false, hasSetpriv: true));
        Assert.Equal("cannot add capability SYS_TIME: this node's executor is not privileged", rejection.Message);
    }

    [Theory]
    [InlineData("", "NO_SUCH", true, "invalid capability: \"NO_SUCH\"")]
    [InlineData("", "CHOWN", false, "cannot drop capabilities: setpriv is not installed on this node")]
    public void A_capability_that_cannot_be_dropped_is_refused(string added, string dropped, bool hasSetpriv, string text)
    {
        var rejection = Assert.Throws<TaskRejectedException>(
            () => Capabilities.Plan(Spec(added, dropped), isPrivileged: true, hasSetpriv));
        Assert.Equal(text, rejection.Message);
    }

    [SkippableFact]
    public async Task A_dropped_capability_is_gone_from_all_that_the_task_starts()
    {
        await using var harness = Privileged();
        var output = await harness.OutputAsync(harness.Script(
            "grep CapBnd /proc/self/status",
            spec => spec with { CapabilityDrop = ["ALL"], CapabilityAdd = ["NET_RAW"] }));

        Assert.Equal("CapBnd:\t0000000000002000\n", output);
    }

    [SkippableFact]
    public async Task A_task_has_the_score_it_asks_for()
    {
        await using var harness = new ProcessHarness();
        var output = await harness.OutputAsync(harness.Script(
            "cat /proc/self/oom_score_adj", spec => spec with { OomScoreAdjustment = 700 }));

        Assert.Equal("700\n", output);
    }

    [SkippableFact]
    public async Task A_read_only_mount_can_only_be_read()
    {
        await using var harness = Privileged();
        var path = harness.PathOf("data");
        Directory.CreateDirectory(path);
        var output = await harness.OutputAsync(harness.Script(
            $"touch {path}/x 2>/dev/null || echo refused",
            spec => spec with { Mounts = [new() { Source = path, Target = path, ReadOnly = true }] }));

        Assert.Equal("refused\n", output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(path));
    }

    [SkippableFact]
    public async Task Host_entries_are_for_the_task_alone()
    {
        await using var harness = Privileged();
        var output = await harness.OutputAsync(harness.Script(
            "head -2 /etc/hosts", spec => spec with { Hosts = ["10.1.2.3 db db.local", "host-gateway outside"] }));

        Assert.Equal("10.1.2.3\tdb db.local\n127.0.0.1\toutside\n", output);
        Assert.DoesNotContain("db.local", await File.ReadAllTextAsync("/etc/hosts"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Without_a_view_of_its_own_a_task_gets_neither()
    {
        await using var harness = new ProcessHarness(options => options.UseMountNamespaces = false);
        foreach (var spec in (ContainerSpec[])[new() { Hosts = ["10.1.2.3 db"] }, new()
        {
            Mounts = [new() { Source = "/tmp", Target = "/tmp", ReadOnly = true }],
        }])
        {
            var controller = harness.Controller(harness.NewTask(spec with { Image = "host", Args = ["true"] }));
            var rejection = await Assert.ThrowsAsync<TaskRejectedException>(
                () => controller.PrepareAsync(ProcessHarness.Timeout));
            Assert.Contains("this node's executor is not privileged", rejection.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task A_task_learns_which_resources_it_has_been_given()
    {
        await using var harness = new ProcessHarness();
        var task = harness.Script("echo $DOCKER_RESOURCE_GPU $DOCKER_RESOURCE_SSD") with
        {
            AssignedGenericResources =
            [
                new NamedResource("gpu", "a"), new NamedResource("gpu", "b"), new DiscreteResource("ssd", 3),
            ],
        };

        Assert.Equal("a,b 3\n", await harness.OutputAsync(task));
    }

    [Fact]
    public void A_host_entry_that_is_none_is_refused() =>
        Assert.Throws<TaskRejectedException>(() => HostsFile.Compose("", ["db 10.1.2.3"]));

    private static ContainerSpec Spec(string added, string dropped) => new()
    {
        Image = "host",
        CapabilityAdd = Names(added),
        CapabilityDrop = Names(dropped),
    };

    private static ValueList<string> Names(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).ToValueList();

    private static ProcessHarness Privileged()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root");
        return new ProcessHarness();
    }
}
