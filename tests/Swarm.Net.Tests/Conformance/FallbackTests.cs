using Swarm.Net.Tests.Userspace;

namespace Swarm.Net.Tests.Conformance;

/// <summary>A front end that the kernel takes, gives back and takes again.</summary>
[Collection(nameof(NftablesConformance))]
public sealed class FallbackTests
{
    private static readonly NftablesOptions Options = new() { Table = $"swarm_test_{Environment.ProcessId}" };

    [SkippableFact]
    public async Task A_front_end_that_changes_sides_refuses_nobody_and_keeps_who_is_in()
    {
        var obstacle = await NftablesDataplane.FindObstacleAsync(Options);
        Skip.If(obstacle is not null, obstacle);
        await using var server = new EchoServer("a");
        await using var plane = new FallbackDataplane(new NftablesDataplane(Options), new UserspaceDataplane());
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        VirtualServer kernels = new(frontend, [server.Backend]);
        VirtualServer ours = kernels with { Balancer = BalancerKind.LeastConnections };
        await plane.ApplyAsync(new MeshState([kernels]), default);
        using var first = await LineClient.ConnectAsync(frontend);
        await first.ReadAsync();

        var errors = new List<string>();
        using var stop = new CancellationTokenSource();
        var asking = AskUntilAsync(stop.Token);
        for (var i = 0; i < 10; i++)
        {
            Assert.Empty((await plane.ApplyAsync(new MeshState([ours]), default)).Failures);
            Assert.Equal("a", await LineClient.AskAsync(frontend));
            Assert.Empty((await plane.ApplyAsync(new MeshState([kernels]), default)).Failures);
        }

        await stop.CancelAsync();
        await asking;
        await first.WriteAsync("still here");

        Assert.Empty(errors);
        Assert.Equal("still here", await first.ReadAsync());
        Assert.True(plane.ReadCounters().Single().TotalConnections > 10);

        async Task AskUntilAsync(CancellationToken cancellationToken)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                if (await LineClient.TryAskAsync(frontend) is { Name: "" } refusal)
                {
                    errors.Add(refusal.Error);
                }
            }
        }
    }
}
