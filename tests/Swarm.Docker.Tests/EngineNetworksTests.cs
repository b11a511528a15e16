using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Docker.Execution;

namespace Swarm.Docker.Tests;

public sealed class EngineNetworksTests
{
    private static readonly ValueList<TaskNetwork> Inner =
    [
        new()
        {
            Name = "inner",
            Definition = new() { Name = "inner", Driver = "bridge", Labels = new() { [TaskNetwork.IdLabel] = "n1" } },
        },
    ];

    // The engine goes on with what it was asked for, and takes a second network of the same name meanwhile.
    [Fact]
    public async Task A_network_that_a_given_up_task_has_begun_is_not_begun_again()
    {
        var making = new TaskCompletionSource();
        var engine = new FakeEngine { Making = making.Task };
        using var networks = new EngineNetworks(engine, NullLogger.Instance);
        using var givenUp = new CancellationTokenSource();

        var first = networks.EnsureAsync(Inner, givenUp.Token);
        await givenUp.CancelAsync();
        var second = networks.EnsureAsync(Inner, CancellationToken.None);
        making.SetResult();
        await second;
        await first.ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Single(engine.Calls, "create network inner");
    }
}
