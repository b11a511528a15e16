using Swarm.Execution;

namespace Swarm.Compose.Tests.Deployment;

/// <summary>A stack becomes services, secrets and configs of a swarm.</summary>
public sealed class DeployStackTests
{
    private const string Web = """
        services:
          web:
            image: nginx
            deploy: {replicas: 2, update_config: {monitor: 20ms}}
            secrets: [key]
            configs: [{source: site, target: /site}]
          db:
            image: postgres
            deploy: {update_config: {monitor: 20ms}}
        secrets: {key: {environment: KEY}}
        configs: {site: {content: hello}}
        """;

    private static readonly StackLoadOptions Options = new()
    {
        Mode = StackMode.Lenient,
        Environment = new Dictionary<string, string> { ["KEY"] = "s3cret" },
    };

    [Fact]
    public async Task A_stack_runs_and_a_second_deployment_changes_nothing()
    {
        await using var host = await StackHost.StartAsync();
        var steps = new List<StackProgress>();
        var options = new StackDeployOptions { Progress = new Collector(steps) };

        var first = await host.Client.DeployStackAsync(StackFile.Parse("shop", Web, Options), options);
        var services = await host.ServicesAsync();

        Assert.Equal(["shop_default", "shop_key", "shop_site", "shop_db", "shop_web"], first.Created);
        Assert.Equal(["shop_db", "shop_web"], services.Select(service => service.Spec.Name));
        Assert.All(services, service => Assert.Equal("shop", service.Spec.Labels["com.docker.stack.namespace"]));
        var container = (ContainerSpec)services[1].Spec.TaskTemplate.Workload!;
        Assert.Equal("nginx:latest", container.Image);
        Assert.Equal("shop_key", Assert.Single(container.Secrets).SecretName);
        Assert.NotEqual(default, container.Configs[0].ConfigId);
        Assert.Contains(steps, step => step is { Step: StackStep.Converged, Name: "shop_web", Service.Running: 2 });

        var second = await host.Client.DeployStackAsync(StackFile.Parse("shop", Web, Options), options);
        Assert.Empty(second.Created);
        Assert.Empty(second.Updated);
        Assert.Contains("shop_web", second.Unchanged);
    }

    [Fact]
    public async Task Networks_are_created_once_and_services_take_part_under_their_names()
    {
        const string text = """
            services:
              web:
                image: nginx
                networks: {front: {aliases: [site]}, outside: {}}
              db:
                image: postgres
            networks:
              front: {attachable: true, driver_opts: {encrypted: ""}, ipam: {config: [{subnet: 10.50.0.0/24}]}}
              outside: {external: true, name: shared}
            """;
        await using var host = await StackHost.StartAsync();
        var options = new StackDeployOptions { Detach = true };
        var stack = StackFile.Parse("shop", text, Options);

        var refusal = await Assert.ThrowsAsync<StackFileException>(() => host.Client.DeployStackAsync(stack, options));
        Assert.Equal(
            "network \"shared\" is declared as external, but could not be found. You need to create a swarm-scoped "
            + "network before the stack is deployed",
            refusal.Message);

        var shared = await host.Client.Networks.CreateAsync(new() { Name = "shared" });
        var first = await host.Client.DeployStackAsync(stack, options);
        var second = await host.Client.DeployStackAsync(stack, options);

        Assert.Equal(["shop_default", "shop_front"], first.Created.Take(2));
        Assert.Empty(second.Created);
        Assert.Empty(second.Updated);
        var front = await host.Client.Networks.FindAsync("shop_front");
        Assert.True(front.Spec.Attachable);
        Assert.Equal("shop", front.Spec.Labels["com.docker.stack.namespace"]);
        Assert.Equal("10.50.0.0/24", Assert.Single(front.Spec.Ipam!.Configs).Subnet);
        var web = (await host.ServicesAsync()).Single(service => service.Spec.Name == "shop_web");
        Assert.Equal(
            new[] { front.Id.Value, shared.Id.Value }.Order(),
            web.Spec.TaskTemplate.Networks.Select(item => item.Target).Order());
        Assert.Contains("site", web.Spec.TaskTemplate.Networks.Single(item => item.Target == front.Id.Value).Aliases);
    }

    [Fact]
    public async Task Prune_removes_only_services_of_the_stack_that_left_the_file()
    {
        await using var host = await StackHost.StartAsync();
        var other = new ServiceSpec
        {
            Name = "shop_other",
            TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "i:1" } },
        };
        await host.Client.Services.CreateAsync(other);
        await host.Client.DeployStackAsync(StackFile.Parse("shop", Web, Options), new StackDeployOptions { Detach = true });

        var one = StackFile.Parse("shop", "services: {web: {image: nginx}}");
        var deployment = await host.Client.DeployStackAsync(one, new StackDeployOptions { Prune = true, Detach = true });

        Assert.Equal(["shop_db"], deployment.Removed);
        Assert.Equal(["shop_web"], deployment.Updated);
        Assert.Equal(["shop_other", "shop_web"], (await host.ServicesAsync()).Select(service => service.Spec.Name));
    }

    [Theory]
    [InlineData("services: {a: {image: i, secrets: [nope]}}", "service a: undefined secret \"nope\"")]
    [InlineData("services: {a: {image: i, networks: [nope]}}", "service a: undefined network \"nope\"")]
    [InlineData("services: {a: {image: I}}", "invalid image reference for service a: invalid reference format: repository name (library/I) must be lowercase")]
    [InlineData("services: {a: {image: i, deploy: {update_config: {failure_action: explode}}}}", "service a: unknown failure action \"explode\"")]
    [InlineData("services: {a: {image: i}}\nsecrets: {s: {file: ./missing}}", "open /stack/missing: no such file or directory")]
    [InlineData("services: {a: {image: i, secrets: [s]}}\nsecrets: {s: {external: true}}", "service a: secret not found: s")]
    public async Task Nothing_is_written_when_anything_is_wrong(string text, string message)
    {
        await using var host = await StackHost.StartAsync();
        var full = "configs: {early: {content: x}}\n" + text;
        var options = new StackLoadOptions { Mode = StackMode.Lenient, WorkingDirectory = "/stack" };

        var exception = await Assert.ThrowsAsync<StackFileException>(() =>
            host.Client.DeployStackAsync(StackFile.Parse("s", full, options), new StackDeployOptions()));

        Assert.Equal(message, exception.Message);
        Assert.Empty(await host.ServicesAsync());
        await foreach (var config in host.Client.Configs.ListAsync())
        {
            Assert.Fail($"{config.Spec.Name} was written");
        }
    }

    [Fact]
    public async Task A_service_that_gives_up_fails_the_deployment()
    {
        await using var host = await StackHost.StartAsync(executor =>
            executor.Script("s_bad", InMemoryBehavior.Exit(3)));
        var stack = StackFile.Parse("s", "services: {bad: {image: i, deploy: {restart_policy: {condition: none}}}}");

        var exception = await Assert.ThrowsAsync<SwarmException>(() => host.Client.DeployStackAsync(stack));

        Assert.Equal(SwarmErrorCode.FailedPrecondition, exception.Code);
        Assert.StartsWith("s_bad: task s_bad.1.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_waits_for_what_it_depends_on()
    {
        await using var host = await StackHost.StartAsync(executor =>
            executor.Script("s_init", InMemoryBehavior.Exit(0, TimeSpan.FromMilliseconds(200))));
        const string Text = """
            services:
              app: {image: i, depends_on: {init: {condition: service_completed_successfully}}}
              init: {image: i, deploy: {restart_policy: {condition: none}}}
            """;

        await host.Client.DeployStackAsync(
            StackFile.Parse("s", Text, Options), new StackDeployOptions { Detach = true });

        var services = await host.ServicesAsync();
        var init = services.Single(service => service.Spec.Name == "s_init");
        var app = services.Single(service => service.Spec.Name == "s_app");
        await foreach (var task in host.Client.Tasks.ListAsync(new TaskQuery(ServiceId: init.Id)))
        {
            Assert.Equal(TaskState.Complete, task.Status.State);
            Assert.True(task.Status.Timestamp <= app.CreatedAt);
        }
    }

    [Fact]
    public void Services_that_wait_for_each_other_are_refused()
    {
        var stack = StackFile.Parse("s", "services: {a: {image: i, depends_on: [b]}, b: {image: i, depends_on: [a]}}", Options);
        Assert.Equal(
            "services wait for each other: a, b",
            Assert.Throws<StackFileException>(() => Swarm.Compose.Deployment.StackPlan.Of(stack)).Message);
    }

    [Fact]
    public async Task An_image_is_resolved_when_it_is_asked_for()
    {
        await using var host = await StackHost.StartAsync();
        var stack = StackFile.Parse("s", "services: {a: {image: 'i:1'}}");
        var options = new StackDeployOptions
        {
            Detach = true,
            ImageResolver = (image, _) => ValueTask.FromResult<ResolvedImage?>(new($"{image}@sha256:{new string('a', 64)}")),
        };

        await host.Client.DeployStackAsync(stack, options);
        await host.Client.DeployStackAsync(stack, options with { ResolveImage = ResolveImage.Never, ImageResolver = null });

        var container = (ContainerSpec)Assert.Single(await host.ServicesAsync()).Spec.TaskTemplate.Workload!;
        Assert.EndsWith("@sha256:" + new string('a', 64), container.Image, StringComparison.Ordinal);
    }

    private sealed class Collector(List<StackProgress> steps) : IProgress<StackProgress>
    {
        public void Report(StackProgress value) => steps.Add(value);
    }
}
