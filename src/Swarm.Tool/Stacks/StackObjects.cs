using System.Text.Json;
using Swarm.Compose.Conversion;

namespace Swarm.Tool.Stacks;

/// <summary>The objects of one stack as a manager has them, found by label.</summary>
internal sealed class StackObjects(DockerClient client, string stack)
{
    public Task<List<JsonElement>> ServicesAsync(CancellationToken cancellationToken) =>
        ListAsync("/services", cancellationToken);

    public Task<List<JsonElement>> NetworksAsync(CancellationToken cancellationToken) =>
        ListAsync("/networks", cancellationToken);

    public Task<List<JsonElement>> SecretsAsync(CancellationToken cancellationToken) =>
        ListAsync("/secrets", cancellationToken);

    public Task<List<JsonElement>> ConfigsAsync(CancellationToken cancellationToken) =>
        ListAsync("/configs", cancellationToken);

    public Task<List<JsonElement>> TasksAsync(CancellationToken cancellationToken) =>
        ListAsync("/tasks", cancellationToken);

    private async Task<List<JsonElement>> ListAsync(string path, CancellationToken cancellationToken) =>
        [.. (await client.ListAsync(path, [("label", $"{StackNamespace.Label}={stack}")], cancellationToken)).Items()];
}
