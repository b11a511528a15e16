using System.Text.Json;
using Swarm.Docker.Engine;
using Swarm.Docker.Execution;
using Swarm.Execution;

namespace Swarm.Docker.Tests;

/// <summary>A task becomes the container that the engine's own executor would make.</summary>
public sealed class ContainerPlannerTests
{
    private static readonly ContainerSpec Plain = new() { Image = "app:1" };

    [Fact]
    public void A_container_has_the_labels_of_its_task_whatever_the_spec_says()
    {
        var document = Plan(Plain with { Labels = [new("tier", "front"), new("com.docker.swarm.task.id", "mine")] });

        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["com.docker.swarm.node.id"] = "node1",
                ["com.docker.swarm.service.id"] = "service1",
                ["com.docker.swarm.service.name"] = "web",
                ["com.docker.swarm.task"] = "",
                ["com.docker.swarm.task.id"] = "task1",
                ["com.docker.swarm.task.name"] = "web.3.task1",
                ["tier"] = "front",
            },
            new SortedDictionary<string, string>(document.Labels, StringComparer.Ordinal));
    }

    [Fact]
    public void A_command_replaces_the_entry_point_and_arguments_alone_go_to_it()
    {
        var command = Plan(Plain with { Command = ["sh", "-c"], Args = ["date"] });
        var arguments = Plan(Plain with { Args = ["date"] });

        Assert.Equal(["sh", "-c"], command.Entrypoint!);
        Assert.Equal(["date"], command.Cmd!);
        Assert.Null(arguments.Entrypoint);
        Assert.Equal(["date"], arguments.Cmd!);
    }

    [Fact]
    public void Templates_are_filled_in_and_generic_resources_are_in_the_environment()
    {
        var task = SampleTask.Of(Plain with
        {
            Hostname = "{{.Service.Name}}-{{.Task.Slot}}",
            Environment = [new("NODE", "{{.Node.Hostname}}"), new("GONE", null)],
        }) with
        {
            AssignedGenericResources =
                [new NamedResource("gpu", "a"), new NamedResource("gpu", "b"), new DiscreteResource("ssd", 2)],
        };

        var document = ContainerPlanner.Plan(task, new SampleTask.Dependencies(), "").Document;

        Assert.Equal("web-3", document.Hostname);
        Assert.Equal(["NODE=host1", "GONE", "DOCKER_RESOURCE_GPU=a,b", "DOCKER_RESOURCE_SSD=2"], document.Env!);
    }

    [Fact]
    public void What_a_spec_leaves_open_is_left_to_the_engine()
    {
        var json = JsonSerializer.Serialize(Plan(Plain), EngineJson.Wire.ContainerCreateDocument);
        var names = JsonElement.Parse(json).EnumerateObject().Select(property => property.Name);
        var host = JsonElement.Parse(json).GetProperty("HostConfig").EnumerateObject().Select(property => property.Name);

        Assert.Equal(["Image", "Tty", "OpenStdin", "Labels", "HostConfig"], names);
        Assert.Equal(["ReadonlyRootfs"], host);
    }

    [Fact]
    public void Limits_are_those_of_the_spec_and_swap_counts_from_zero()
    {
        var task = SampleTask.Of(Plain with { Ulimits = [new("nofile", 100, 200)], OomScoreAdjustment = -5 });
        task = task with
        {
            Spec = task.Spec with
            {
                Resources = new()
                {
                    Limits = new() { NanoCpus = 500_000_000, MemoryBytes = 64_000_000, Pids = 10 },
                    SwapBytes = 1_000_000,
                    MemorySwappiness = 7,
                },
            },
        };

        var host = ContainerPlanner.Plan(task, new SampleTask.Dependencies(), "").Document.HostConfig;

        Assert.Equal(500_000_000, host.NanoCpus);
        Assert.Equal(64_000_000, host.Memory);
        Assert.Equal(65_000_000, host.MemorySwap);
        Assert.Equal(7, host.MemorySwappiness);
        Assert.Equal(10, host.PidsLimit);
        Assert.Equal(-5, host.OomScoreAdj);
        Assert.Equal([new UlimitDocument("nofile", 100, 200)], host.Ulimits!);
    }

    [Fact]
    public void Security_hosts_and_name_servers_have_the_engines_form()
    {
        var host = Plan(Plain with
        {
            Hosts = ["10.0.0.9 db database", "bad"],
            Dns = new() { Nameservers = ["1.2.3.4"], Search = ["example.org"], Options = ["ndots:2"] },
            Privileges = new()
            {
                NoNewPrivileges = true,
                AppArmorMode = "disabled",
                Seccomp = new("unconfined"),
                SELinux = new(Disable: false, User: "u", Level: "s0"),
            },
        }).HostConfig;

        Assert.Equal(["db:10.0.0.9"], host.ExtraHosts!);
        Assert.Equal(["1.2.3.4"], host.Dns!);
        Assert.Equal(["example.org"], host.DnsSearch!);
        Assert.Equal(["ndots:2"], host.DnsOptions!);
        Assert.Equal(
            ["label=user:u", "label=level:s0", "seccomp=unconfined", "apparmor=unconfined", "no-new-privileges=true"],
            host.SecurityOpt!);
    }

    [Fact]
    public void A_health_check_is_counted_in_nanoseconds()
    {
        var check = Plan(Plain with
        {
            HealthCheck = new()
            {
                Test = ["CMD", "true"],
                Interval = TimeSpan.FromSeconds(2),
                Timeout = TimeSpan.FromMilliseconds(5),
                Retries = 4,
                StartInterval = TimeSpan.Zero,
            },
        }).HealthCheck!;

        Assert.Equal(["CMD", "true"], check.Test!);
        Assert.Equal((2_000_000_000, 5_000_000, 0, 4), (check.Interval, check.Timeout, check.StartPeriod, check.Retries));
        Assert.Null(check.StartInterval);
    }

    [Theory]
    [InlineData(MountType.Bind, "/data", "data", "invalid mount target, must be an absolute path: data")]
    [InlineData(MountType.Bind, "data", "/data", "invalid bind mount source, must be an absolute path: data")]
    [InlineData(MountType.Volume, "/vol", "/data", "invalid volume mount source, must not be an absolute path: /vol")]
    [InlineData(MountType.Tmpfs, "x", "/data", "invalid tmpfs source, source must be empty")]
    [InlineData(MountType.Cluster, "v", "/data", "cluster volume v cannot be mounted: this node has no CSI plugins")]
    public void A_mount_that_cannot_be_rejects_the_task(MountType type, string source, string target, string reason)
    {
        var spec = Plain with { Mounts = [new() { Type = type, Source = source, Target = target }] };

        Assert.Equal(reason, Assert.Throws<TaskRejectedException>(() => Plan(spec)).Message);
    }

    [Fact]
    public void Mounts_keep_their_options()
    {
        var host = Plan(Plain with
        {
            Mounts =
            [
                new() { Type = MountType.Bind, Source = "/a", Target = "/b", ReadOnly = true, Bind = new() { Propagation = "rslave" } },
                new() { Type = MountType.Volume, Source = "v-{{.Task.Slot}}", Target = "/v", Volume = new() { NoCopy = true, Driver = new("local", [new("o", "size=1m")]) } },
                new() { Type = MountType.Tmpfs, Target = "/t", Tmpfs = new(1024, 0x1FF, "[[\"noexec\"]]") },
            ],
        }).HostConfig;

        Assert.Equal(["bind", "volume", "tmpfs"], host.Mounts!.Select(mount => mount.Type));
        Assert.True(host.Mounts![0].ReadOnly);
        Assert.Equal("rslave", host.Mounts[0].BindOptions!.Propagation);
        Assert.Equal("v-3", host.Mounts[1].Source);
        Assert.True(host.Mounts[1].VolumeOptions!.NoCopy);
        Assert.Equal("size=1m", host.Mounts[1].VolumeOptions!.DriverConfig!.Options!["o"]);
        Assert.Equal(((long?)1024, (uint?)0x1FF, "noexec"), (host.Mounts![2].TmpfsOptions!.SizeBytes, host.Mounts[2].TmpfsOptions!.Mode, host.Mounts[2].TmpfsOptions!.Options![0][0]));
    }

    [Theory]
    [InlineData("busybox", "busybox:latest")]
    [InlineData("docker.io/library/busybox", "busybox:latest")]
    [InlineData("docker.io/me/app:2", "me/app:2")]
    [InlineData("localhost:5000/app", "localhost:5000/app:latest")]
    [InlineData("app@sha256:0123", "app@sha256:0123")]
    [InlineData("app:1@sha256:0123", "app:1@sha256:0123")]
    public void An_image_without_a_tag_is_the_latest(string reference, string familiar) =>
        Assert.Equal(familiar, ImageName.Familiar(reference));

    [Fact]
    public void The_id_of_an_image_stays_as_it_is()
    {
        var id = new string('a', 64);

        Assert.Equal(id, ImageName.Familiar(id));
        Assert.Equal($"sha256:{id}", ImageName.Familiar($"sha256:{id}"));
        Assert.True(ImageName.IsId($"sha256:{id}"));
    }

    [Fact]
    public void Credentials_are_not_in_the_text_of_a_plan() =>
        Assert.DoesNotContain(
            "hunter2",
            ContainerPlanner.Plan(
                SampleTask.Of(Plain with { RegistryAuth = "hunter2" }), new SampleTask.Dependencies(), "").ToString(),
            StringComparison.Ordinal);

    private static ContainerCreateDocument Plan(ContainerSpec spec) =>
        ContainerPlanner.Plan(SampleTask.Of(spec), new SampleTask.Dependencies(), "").Document;
}
