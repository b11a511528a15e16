using Swarm.Compose.Loading;

namespace Swarm.Compose.Conversion;

/// <summary>Every service needs an image that can be one.</summary>
internal static class ImageCheck
{
    /// <exception cref="StackFileException">A service has no image, or its image is no reference.</exception>
    public static void Check(StackModel model)
    {
        foreach (var (name, service) in model.Services.OrderBy(service => service.Key, StringComparer.Ordinal))
        {
            var image = service.Text("image");
            var complaint = image.Length == 0 ? "no image specified" : ImageName.Complaint(image);
            if (complaint is not null)
            {
                throw new StackFileException(
                    $"invalid image reference for service {name}: {complaint}", service.MarkOf("image"));
            }
        }
    }
}
