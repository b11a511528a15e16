using Microsoft.Extensions.Hosting;

namespace Swarm.Hosting;

/// <summary>
/// The lifetime of a web server inside of a host: it starts and stops when it is told to. The default one would listen
/// for signals beside the host's, and say a second time that the application has started.
/// </summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public static EmbeddedLifetime Instance { get; } = new();

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
