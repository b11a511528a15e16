using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>A swarm managed by a Docker Engine, with a worker to look at and another engine as worker beside it.</summary>
internal sealed record AgentSwarm(SwarmUnderTest Swarm, Peer Worker)
{
    public static async Task<AgentSwarm> FormAsync(Engines engines, Peer worker)
    {
        var swarm = await SwarmUnderTest.FormAsync(engines.Docker[0], [.. engines.Docker.Take(2)]);
        await worker.LeaveAsync();
        await swarm.JoinAsync(worker);
        await swarm.NodeIsAsync(worker.Name, "Ready");
        return new AgentSwarm(swarm, worker);
    }

    public async Task DissolveAsync()
    {
        await Worker.LeaveAsync();
        await Swarm.DissolveAsync();
    }
}
