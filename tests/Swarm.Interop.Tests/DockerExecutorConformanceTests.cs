using Swarm.Docker;
using Swarm.Interop.Tests.Harness;
using Swarm.Testing.Executors;

namespace Swarm.Interop.Tests;

/// <summary>The docker executor does what the kit for executors demands, against a real engine.</summary>
[Collection(Engines.Collection)]
public sealed class DockerExecutorConformanceTests(Engines engines)
{
    public static TheoryData<string> Checks => [.. ExecutorConformance.Checks];

    [SkippableTheory]
    [MemberData(nameof(Checks))]
    public async Task The_executor_on_a_docker_engine_passes(string check)
    {
        await Requirements.OrSkipAsync();
        var directory = Directory.CreateTempSubdirectory("swarm-conformance-");
        await using var executor = new DockerExecutor(new()
        {
            Endpoint = engines.Docker[0].Docker.Endpoint,
            PullPolicy = ImagePullPolicy.Never,
            StateDirectory = directory.FullName,
        });
        await ExecutorConformance.RunAsync(check, new ExecutorSubject
        {
            Executor = executor,
            RunsOn = Shell("trap 'exit 0' TERM; while :; do sleep 0.05; done"),
            EndsWith = code => Shell($"exit {code}"),
            Writes = Shell("echo one; echo two"),
            CannotRun = new() { Image = "no-such-image:9" },
        });
        directory.Delete(recursive: true);
    }

    private static ContainerSpec Shell(string script) => new()
    {
        Image = TestImage.First,
        Command = ["/bin/sh", "-c", script],
        StopGracePeriod = TimeSpan.FromSeconds(2),
    };
}
