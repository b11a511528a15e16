using Microsoft.Extensions.Logging;
using Swarm.Docker.Engine;

namespace Swarm.Docker.Execution;

/// <summary>Fetches images as the engine's own executor does.</summary>
internal sealed class TaskImages(IDockerEngine engine, ImagePullPolicy policy, ILogger logger)
{
    /// <summary>Fetches an image where the policy says so; one that is here already will do where that fails.</summary>
    internal async Task FetchAsync(string image, string registryAuth, CancellationToken cancellationToken)
    {
        if (policy == ImagePullPolicy.Never || ImageName.IsId(image))
        {
            return;
        }

        if ((policy == ImagePullPolicy.IfMissing || ImageName.HasDigest(image))
            && await engine.HasImageAsync(image, cancellationToken))
        {
            return;
        }

        try
        {
            await engine.PullAsync(image, registryAuth, cancellationToken);
        }
        catch (EngineException exception)
        {
            // Without any image the engine refuses to make the container, and says so.
            DockerLog.NotPulled(logger, image, exception.Message);
        }
    }
}
