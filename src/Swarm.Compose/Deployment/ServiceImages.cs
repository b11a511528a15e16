using Swarm.Compose.Conversion;

namespace Swarm.Compose.Deployment;

/// <summary>Decides which image a service gets: the one of the file, one with a digest, or the one that runs.</summary>
internal sealed class ServiceImages(StackDeployOptions options)
{
    /// <param name="spec">The service as the file has it.</param>
    /// <param name="current">What runs; null for a new service.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<ServiceSpec> ResolveAsync(ServiceSpec spec, ServiceSpec? current,
        CancellationToken cancellationToken)
    {
        var isSame = current is not null
            && current.Labels[StackNamespace.ImageLabel] == spec.Labels[StackNamespace.ImageLabel];
        if (isSame && options.ResolveImage != ResolveImage.Always)
        {
            return WithImage(spec, ContainerOf(current!).Image, []);
        }

        if (options.ResolveImage == ResolveImage.Never || options.ImageResolver is not { } resolver)
        {
            return spec;
        }

        return await resolver(ContainerOf(spec).Image, cancellationToken) is { } resolved
            ? WithImage(spec, resolved.Image, resolved.Platforms)
            : spec;
    }

    private static ContainerSpec ContainerOf(ServiceSpec spec) => (ContainerSpec)spec.TaskTemplate.Workload!;

    private static ServiceSpec WithImage(ServiceSpec spec, string image, ValueList<Platform> platforms) => spec with
    {
        TaskTemplate = spec.TaskTemplate with
        {
            Workload = ContainerOf(spec) with { Image = image },
            Placement = (spec.TaskTemplate.Placement ?? new()) with { Platforms = platforms },
        },
    };
}
