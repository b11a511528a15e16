using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>A .NET program with an executor of sixty lines, as a worker of a swarm that a Docker Engine manages.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed class CustomExecutorTests(Engines engines)
{
    [SkippableFact]
    public async Task A_program_of_ours_joins_runs_what_the_real_manager_schedules_and_survives_its_own_restart()
    {
        await Requirements.OrSkipAsync();
        Peers.OrSkip();
        var swarm = new SwarmUnderTest(engines.Docker[0], [engines.Docker[0]]);
        await swarm.EnsureAsync();
        var machine = (await engines.OursAsync(0)).Machine;
        await using var sandbox = await Sandbox.StartAsync(machine with { Name = "delegates" });
        try
        {
            var token = (await swarm.Docker.OkAsync("swarm", "join-token", "-q", "worker")).Trim();
            var program = Start(sandbox, swarm.ManagerAddress, token);
            await swarm.NodeIsAsync("delegates", "Ready");
            var id = await swarm.NodeIdAsync("delegates");

            await swarm.CreateAsync("greeter", "greeter:1", ["--constraint", "node.hostname==delegates"]);
            await swarm.RunningAsync("greeter", 1);

            await program.EndAsync("KILL");
            program = Start(sandbox, swarm.ManagerAddress, token);
            await swarm.NodeIsAsync("delegates", "Ready");
            Assert.Equal(id, await swarm.NodeIdAsync("delegates"));
            await swarm.RunningAsync("greeter", 1);
            await program.EndAsync("TERM");
        }
        finally
        {
            await swarm.ClearAsync();
            await swarm.DissolveAsync();
        }
    }

    private static SandboxProcess Start(Sandbox sandbox, string manager, string token) => sandbox.Start(
        Path.Combine(sandbox.Machine.Folder, "delegates.log"),
        ["dotnet", Path.Combine(AppContext.BaseDirectory, "CustomExecutor.dll"), manager, token, sandbox.State]);
}
