using System.Text.Json;

namespace Swarm.Tool.Stacks;

/// <summary>Removes objects of stacks; a failure does not keep the rest from being removed.</summary>
internal sealed class StackRemoval(DockerClient client, StackShell shell)
{
    /// <summary>True when every service is gone.</summary>
    public Task<bool> RemoveServicesAsync(IEnumerable<JsonElement> services, CancellationToken cancellationToken) =>
        RemoveAsync(
            "service",
            services.Select(service => (service.TextAt("ID"), service.TextAt("Spec", "Name")))
                .OrderBy(service => service.Item2, StringComparer.Ordinal),
            cancellationToken);

    /// <summary>True when every secret or config is gone.</summary>
    public Task<bool> RemoveFileObjectsAsync(string kind, IEnumerable<JsonElement> objects,
        CancellationToken cancellationToken) =>
        RemoveAsync(kind, objects.Select(item => (item.TextAt("ID"), item.TextAt("Spec", "Name"))), cancellationToken);

    /// <summary>True when every network is gone.</summary>
    public Task<bool> RemoveNetworksAsync(IEnumerable<JsonElement> networks, CancellationToken cancellationToken) =>
        RemoveAsync("network", networks.Select(network => (network.TextAt("Id"), network.TextAt("Name"))), cancellationToken);

    private async Task<bool> RemoveAsync(
        string kind, IEnumerable<(string Id, string Name)> objects, CancellationToken cancellationToken)
    {
        var isClean = true;
        foreach (var (id, name) in objects)
        {
            shell.Line($"Removing {kind} {name}");
            try
            {
                await client.DeleteAsync($"/{kind}s/{id}", cancellationToken);
            }
            catch (DockerApiException exception)
            {
                isClean = false;
                shell.NoticeWithoutBreak($"Failed to remove {kind} {id}: {exception.Message}");
            }
        }

        return isClean;
    }
}
