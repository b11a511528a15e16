using Swarm.Hosting.Wire.Mapping;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Replication;

/// <summary>Networks, through any manager.</summary>
internal sealed class QuorumNetworks(ISwarmClient local, LeaderAccess leader) : INetworkOperations
{
    public async Task<Network> CreateAsync(NetworkSpec spec, CancellationToken cancellationToken = default)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.CreateNetworkResponse
            {
                Network = (await local.Networks.CreateAsync(spec, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).CreateNetworkAsync(
                new() { Spec = spec.ToWire() },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Network.ToRecord();
    }

    public Task<Network> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Networks.FindAsync(reference, cancellationToken), cancellationToken);

    public IAsyncEnumerable<Network> ListAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ListAsync(leader, () => local.Networks.ListAsync(cancellationToken), cancellationToken);

    public Task RemoveAsync(NetworkId id, CancellationToken cancellationToken = default) =>
        leader.CallAsync(
            async () =>
            {
                await local.Networks.RemoveAsync(id, cancellationToken);
                return new Protos.RemoveNetworkResponse();
            },
            channel => new Protos.Control.ControlClient(channel).RemoveNetworkAsync(
                new() { NetworkId = id.Value },
                cancellationToken: cancellationToken),
            cancellationToken);
}
