using System.Text.Json;
using Swarm.Compose.Conversion;

namespace Swarm.Tool.Stacks;

/// <summary>Replaces images by the digests that a registry has for them.</summary>
internal sealed class ImageResolution(DockerClient client)
{
    /// <summary>The service with its image tagged and, when asked for and known, pinned; a warning when it is not known.</summary>
    public async Task<(ServiceDocument Document, string? Warning)> ResolveAsync(
        ServiceDocument document, bool asks, string? registryAuth, CancellationToken cancellationToken)
    {
        var image = document.TaskTemplate.ContainerSpec.Image;
        var name = ImageName.TryParse(image)?.Tagged;
        image = name?.Familiar ?? image;
        document = document.WithImage(image);
        if (!asks)
        {
            return (document, null);
        }

        try
        {
            var answer = await client.GetAsync($"/distribution/{image}/json", cancellationToken, registryAuth);
            var digest = answer.TextAt("Descriptor", "digest");
            var pinned = name is { Digest.Length: 0 } ? (name with { Digest = digest }).Familiar : image;
            return (document.WithImage(pinned).WithPlatforms(Platforms(answer)), null);
        }
        catch (DockerApiException)
        {
            return (document, $"image {image} could not be accessed on a registry to record\nits digest. Each node will "
                + $"access {image} independently,\npossibly leading to different nodes running different\nversions of the image.\n");
        }
    }

    // Nodes call their variants of arm by other names than manifests do: any architecture will do.
    private static List<PlatformDocument> Platforms(JsonElement answer) =>
        [.. answer.At("Platforms").Items().Select(platform => new PlatformDocument(
            platform.TextAt("architecture") is var architecture && architecture.Equals("arm", StringComparison.OrdinalIgnoreCase)
                ? ""
                : architecture,
            platform.TextAt("os")))];
}

/// <summary>Changes to a service on its way to the manager.</summary>
internal static class ServiceDocumentChanges
{
    public static ServiceDocument WithImage(this ServiceDocument document, string image) => document with
    {
        TaskTemplate = document.TaskTemplate with
        {
            ContainerSpec = document.TaskTemplate.ContainerSpec with { Image = image },
        },
    };

    public static ServiceDocument WithPlatforms(this ServiceDocument document, List<PlatformDocument> platforms) =>
        platforms.Count == 0 ? document : document with
        {
            TaskTemplate = document.TaskTemplate with
            {
                Placement = document.TaskTemplate.Placement with { Platforms = platforms },
            },
        };
}
