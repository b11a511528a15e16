using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Nodes;

/// <summary>Starts and stops this process's nodes and the API with the host.</summary>
internal sealed class SwarmHost(
    SwarmNode node,
    DockerApiServer api,
    IOptions<SwarmManagerOptions> managerOptions,
    IOptions<SwarmApiOptions> apiOptions) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = managerOptions.Value;
        Directory.CreateDirectory(options.DataDirectory);
        await node.DescribeAsync(cancellationToken);
        await node.ResumeAsync(cancellationToken);
        if (node.State == LocalNodeState.Inactive)
        {
            await BeginAsync(options, cancellationToken);
        }

        DockerApiAddress[] addresses = [.. apiOptions.Value.Endpoints.Select(DockerApiAddress.Parse)];
        if (addresses.Length > 0)
        {
            await api.StartAsync(addresses, cancellationToken);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await api.StopAsync(cancellationToken);
        await node.StopAsync(cancellationToken);
    }

    private async Task BeginAsync(SwarmManagerOptions options, CancellationToken cancellationToken)
    {
        if (options.JoinAddress is { Length: > 0 })
        {
            await node.JoinAsync(NewSwarm.JoinOf(options), cancellationToken);
        }
        else if (options.InitializeOnStart)
        {
            await node.InitAsync(NewSwarm.RequestOf(options), cancellationToken);
        }
    }
}
