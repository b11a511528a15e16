using Swarm.Compose.Lenient;

namespace Swarm.Compose.Tests.Lenient;

/// <summary>Files of the Compose Specification.</summary>
public sealed class LenientTests
{
    // The kind of file that docker compose config prints.
    private const string Printed = """
        name: shop
        services:
          web:
            image: nginx:1.25
            build: {context: /src}
            cpus: 0.5
            mem_limit: "134217728"
            scale: 3
            depends_on:
              db: {condition: service_healthy, required: true}
              init: {condition: service_completed_successfully}
            environment: {DEBUG: true, WORKERS: 4}
            networks: {default: null}
            ports:
              - {mode: ingress, target: 80, published: "8080", protocol: tcp}
              - {mode: ingress, host_ip: 127.0.0.1, target: 81, published: "8081", protocol: tcp}
            secrets: [{source: key, target: key, mode: "0440"}]
            volumes:
              - {type: bind, source: /srv, target: /srv, bind: {create_host_path: true}}
            deploy:
              resources: {reservations: {devices: [{capabilities: [gpu]}]}}
          db:
            image: postgres
            profiles: [data]
            privileged: true
          init: {image: busybox, deploy: {mode: replicated-job}}
        networks: {default: {name: shop_default, ipam: {}}}
        secrets: {key: {environment: KEY}}
        configs: {site: {content: "hello"}}
        """;

    private static readonly StackLoadOptions Options = new()
    {
        Mode = StackMode.Lenient,
        Environment = new Dictionary<string, string> { ["KEY"] = "s3cret", ["V"] = "v" },
        WorkingDirectory = "/stack",
    };

    [Fact]
    public void What_docker_compose_prints_becomes_a_stack()
    {
        var yaml = StackFile.Parse("shop", Printed, Options).ToYaml();

        Assert.Contains("replicas: 3", yaml, StringComparison.Ordinal);
        Assert.Contains("cpus: \"0.5\"", yaml, StringComparison.Ordinal);
        Assert.Contains("memory: \"134217728\"", yaml, StringComparison.Ordinal);
        Assert.Contains("published: 8080", yaml, StringComparison.Ordinal);
        Assert.Contains("published: 8081", yaml, StringComparison.Ordinal);
        Assert.Contains("DEBUG: \"true\"", yaml, StringComparison.Ordinal);
        Assert.Contains("mode: 288", yaml, StringComparison.Ordinal);
    }

    //
    [Fact]
    public void Everything_that_is_left_out_is_named_with_its_place()
    {
        var stack = StackFile.Parse("shop", Printed, Options);
        var messages = stack.Diagnostics.Select(diagnostic => diagnostic.Message).ToList();

        string[] wanted =
        [
            "services.web.volumes[].bind: create_host_path", "services.web.deploy.resources.reservations: devices",
            "services.db: profiles", "options: build", "options: privileged", "ignoring IP-address",
        ];
        Assert.All(wanted, text => Assert.Contains(messages, message => message.Contains(text, StringComparison.Ordinal)));
        Assert.All(stack.Diagnostics, diagnostic => Assert.True(diagnostic.Line > 0, diagnostic.ToString()));
    }

    [Fact]
    public void Conditions_are_kept_for_the_deployment()
    {
        var dependencies = StackFile.Parse("shop", Printed, Options).Dependencies["web"];

        Assert.Equal(
            [
                new StackDependency("db", DependencyCondition.Healthy, true),
                new StackDependency("init", DependencyCondition.Completed, true),
            ],
            dependencies);
    }

    //
    [Fact]
    public void Strict_mode_refuses_the_same_file() =>
        Assert.Equal(
            "Configuration contains forbidden properties",
            Assert.Throws<StackFileException>(() => StackFile.Parse("shop", Printed)).Message);

    [Theory]
    [InlineData("${V:+set}", "set")]
    [InlineData("${N:+set}", "")]
    [InlineData("${N:-${V}}", "v")]
    [InlineData("${N:-a${N:-b${V}}}", "abv")]
    [InlineData("${V?a-b}", "v")]
    [InlineData("$$V", "$V")]
    public void Variables_follow_the_specification(string text, string wanted)
    {
        var stack = StackFile.Parse("s", $"services: {{a: {{image: i, hostname: '{text}'}}}}", Options);
        Assert.Contains(wanted.Length > 0 ? $"hostname: {wanted}" : "image: i", stack.ToYaml(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("include: [a.yml]")]
    [InlineData("services: {a: {image: i, extends: {service: b}}}")]
    public void What_cannot_be_left_out_is_refused(string text) =>
        Assert.Contains(
            "docker compose config",
            Assert.Throws<StackFileException>(() => StackFile.Parse("s", text, Options)).Message,
            StringComparison.Ordinal);
}
