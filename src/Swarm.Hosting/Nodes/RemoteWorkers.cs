using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swarm.Hosting.DependencyInjection;
using Swarm.Hosting.Mesh;

namespace Swarm.Hosting.Nodes;

/// <summary>The workers of this process whose managers are elsewhere: ours, or those of a Docker swarm.</summary>
internal sealed class RemoteWorkers(
    IServiceProvider services,
    IEnumerable<WorkerBlueprint> blueprints,
    IOptionsMonitor<SwarmWorkerOptions> options,
    TimeProvider time,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private readonly List<RemoteWorker> _workers = [];

    /// <summary>Joins with every worker, or takes up its membership.</summary>
    /// <exception cref="SwarmException">A manager refuses a worker; the text says why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var node in blueprints.Select(blueprint => blueprint.Node))
        {
            var settings = options.Get(node.OptionsName);
            if (settings.JoinAddress is null)
            {
                continue;
            }

            var name = settings.NodeName ?? node.OptionsName;
            var directory = Path.Combine(Path.GetFullPath(settings.DataDirectory), name);
            var labels = settings.EngineLabels.ToValueDictionary();
            var executor = node.CreateExecutor(services, new NodeProfile(name, directory, labels, time, loggers));
            var meters = services.GetService<IMeterFactory>();
            var setup = new NodeSetup(time, loggers, meters, settings.Dataplane, settings.Overlay);
            await MeshDataplanes.RequireAsync(settings.Dataplane, cancellationToken);
            await NodeOverlays.RequireAsync(settings.Overlay, cancellationToken);
            var worker = new RemoteWorker(setup, settings, directory, executor);
            _workers.Add(worker);
            await worker.StartAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_workers.Select(worker => worker.StopAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        _workers.Clear();
    }
}
