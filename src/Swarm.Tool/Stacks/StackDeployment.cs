using System.Globalization;
using System.Net;
using System.Text.Json;
using Swarm.Compose;
using Swarm.Compose.Conversion;

namespace Swarm.Tool.Stacks;

/// <summary>
/// Carries a stack to a manager over the Docker API, in the order of the docker command: networks, secrets, configs,
/// services. The first failure ends it; running it again is the repair.
/// </summary>
internal sealed class StackDeployment(
    DockerClient client, StackShell shell, StackConverter stack, string resolve, RegistryCredentials? credentials)
{
    private readonly StackObjects _objects = new(client, stack.Scope.Name);
    private readonly ImageResolution _images = new(client);

    /// <summary>The ids of the stack's services.</summary>
    public async Task<List<string>> RunAsync(bool prune, CancellationToken cancellationToken)
    {
        await RequireManagerAsync(cancellationToken);
        if (prune)
        {
            var removal = new StackRemoval(client, shell);
            var services = await _objects.ServicesAsync(cancellationToken);
            await removal.RemoveServicesAsync(
                services.Where(service =>
                    !stack.Model.Services.ContainsKey(stack.Scope.Descope(service.TextAt("Spec", "Name")))),
                cancellationToken);
        }

        await CheckExternalNetworksAsync(cancellationToken);
        await CreateNetworksAsync(cancellationToken);
        await StoreAsync("secret", stack.Secrets(), cancellationToken);
        await StoreAsync("config", stack.Configs(), cancellationToken);
        return await DeployServicesAsync(await ConvertServicesAsync(cancellationToken), cancellationToken);
    }

    private async Task RequireManagerAsync(CancellationToken cancellationToken)
    {
        var info = await client.GetAsync("/info", cancellationToken);
        if (info.At("Swarm", "ControlAvailable").ValueKind != JsonValueKind.True)
        {
            throw new StackCommandException(
                "this node is not a swarm manager. Use \"docker swarm init\" or "
            + "\"docker swarm join\" to connect this node "
                + "to swarm and try again");
        }
    }

    private async Task CheckExternalNetworksAsync(CancellationToken cancellationToken)
    {
        foreach (var name in stack.ExternalNetworks().Where(NetworkNames.IsUserDefined))
        {
            try
            {
                var network = await client.GetAsync($"/networks/{Uri.EscapeDataString(name)}", cancellationToken);
                if (network.TextAt("Scope") is not "swarm" and var scope)
                {
                    throw new StackCommandException(
                        $"network \"{name}\" is declared as external, but it is not in the right scope: \"{scope}\" "
                        + "instead of \"swarm\"");
                }
            }
            catch (DockerApiException exception) when (exception.Status == HttpStatusCode.NotFound)
            {
                throw new StackCommandException(
                    $"network \"{name}\" is declared as external, but could not be found. You need to create a "
                    + "swarm-scoped network before the stack is deployed");
            }
        }
    }

    private async Task CreateNetworksAsync(CancellationToken cancellationToken)
    {
        var existing = await _objects.NetworksAsync(cancellationToken);
        var names = existing.Select(network => network.TextAt("Name")).ToHashSet(StringComparer.Ordinal);
        foreach (var network in stack.Networks().Where(network => !names.Contains(network.Name)))
        {
            shell.Line($"Creating network {network.Name}");
            var document = network with { Driver = network.Driver.Length > 0 ? network.Driver : "overlay" };
            await WriteAsync(
                "/networks/create",
                JsonSerializer.SerializeToUtf8Bytes(document, StackDocuments.Default.NetworkDocument),
                $"failed to create network {network.Name}",
                cancellationToken);
        }
    }

    private async Task StoreAsync(string kind, List<FileObjectDocument> documents, CancellationToken cancellationToken)
    {
        foreach (var document in documents)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(document, StackDocuments.Default.FileObjectDocument);
            if (await FindAsync($"/{kind}s/{Uri.EscapeDataString(document.Name)}", cancellationToken) is { } existing)
            {
                var (id, version) = (existing.TextAt("ID"), existing.NumberAt("Version", "Index"));
                await WriteAsync(
                    string.Create(CultureInfo.InvariantCulture, $"/{kind}s/{id}/update?version={version}"),
                    body,
                    $"failed to update {kind} {document.Name}",
                    cancellationToken);
                continue;
            }

            shell.Line($"Creating {kind} {document.Name}");
            await WriteAsync($"/{kind}s/create", body, $"failed to create {kind} {document.Name}", cancellationToken);
        }
    }

    private async Task<JsonElement?> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync(path, cancellationToken);
        }
        catch (DockerApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<JsonElement> WriteAsync(
        string path, byte[] body, string failure, CancellationToken cancellationToken, string? registryAuth = null)
    {
        try
        {
            return await client.PostAsync(path, body, cancellationToken, registryAuth);
        }
        catch (DockerApiException exception)
        {
            throw new StackCommandException($"{failure}: {exception.Message}");
        }
    }

    private async Task<List<(string Name,
        ServiceDocument Document)>> ConvertServicesAsync(CancellationToken cancellationToken)
    {
        var references = new ReferenceConverter(stack.Model, stack.Scope);
        var converter = new ServiceConverter(stack);
        var documents = new List<(string, ServiceDocument)>();
        foreach (var (name, service) in stack.Services)
        {
            try
            {
                var secrets = references.Secrets(service);
                var secretIds =
                    await IdsAsync("secret", secrets.Select(secret => secret.SecretName), cancellationToken);
                var boundSecrets = secrets.ConvertAll(secret =>
                    secret with { SecretId = IdOf(secretIds, "secret", secret.SecretName) });
                var configs = references.Configs(service);
                var configIds =
                    await IdsAsync("config", configs.Select(config => config.ConfigName), cancellationToken);
                var boundConfigs = configs.ConvertAll(config =>
                    config with { ConfigId = IdOf(configIds, "config", config.ConfigName) });
                documents.Add((name, converter.Convert(name, service, boundSecrets, boundConfigs)));
            }
            catch (StackFileException exception)
            {
                throw new StackCommandException($"service {name}: {exception.Message}");
            }
            catch (DockerApiException exception)
            {
                throw new StackCommandException($"service {name}: {exception.Message}");
            }
        }

        return documents;
    }

    private async Task<Dictionary<string, string>> IdsAsync(
        string kind, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var filters = names.Select(name => ("name", name)).ToList();
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        if (filters.Count > 0)
        {
            foreach (var found in (await client.ListAsync($"/{kind}s", filters, cancellationToken)).Items())
            {
                ids[found.TextAt("Spec", "Name")] = found.TextAt("ID");
            }
        }

        return ids;
    }

    private static string IdOf(Dictionary<string, string> ids, string kind, string name) =>
        ids.GetValueOrDefault(name) ?? throw new StackFileException($"{kind} not found: {name}", default(SourceMark));

    private async Task<List<string>> DeployServicesAsync(
        List<(string Name, ServiceDocument Document)> services, CancellationToken cancellationToken)
    {
        var existing = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var service in await _objects.ServicesAsync(cancellationToken))
        {
            existing[service.TextAt("Spec", "Name")] = service;
        }

        var ids = new List<string>();
        foreach (var (_, document) in services)
        {
            ids.Add(existing.TryGetValue(document.Name, out var current)
                ? await UpdateAsync(document, current, cancellationToken)
                : await CreateAsync(document, cancellationToken));
        }

        return ids;
    }

    private async Task<string> CreateAsync(ServiceDocument document, CancellationToken cancellationToken)
    {
        shell.Line($"Creating service {document.Name}");
        var auth = credentials?.Encode(document.TaskTemplate.ContainerSpec.Image);
        (document, _) = await _images.ResolveAsync(document, resolve != "never", auth, cancellationToken);
        var response = await WriteAsync(
            "/services/create", Serialize(document), $"failed to create service {document.Name}", cancellationToken, auth);
        return response.TextAt("ID");
    }

    private async Task<string> UpdateAsync(ServiceDocument document, JsonElement current,
        CancellationToken cancellationToken)
    {
        var id = current.TextAt("ID");
        shell.Line($"Updating service {document.Name} (id: {id})");
        var image = document.TaskTemplate.ContainerSpec.Image;
        var auth = credentials?.Encode(image);
        var asks = resolve == "always" || (resolve == "changed" && !HasImage(current, image));
        document = Adopt(document, current, asks);
        (document, var warning) = await _images.ResolveAsync(document, asks, auth, cancellationToken);
        var version = current.NumberAt("Version", "Index");
        var response = await WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $"/services/{id}/update?version={version}"),
            Serialize(document),
            $"failed to update service {document.Name}",
            cancellationToken,
            auth);
        foreach (var text in response.At("Warnings").Items().Select(item => item.GetString()!).Append(warning))
        {
            if (text is not null)
            {
                shell.Notice(text);
            }
        }

        return id;
    }

    private static bool HasImage(JsonElement service, string image) =>
        image == service.TextAt("Spec", "Labels", StackNamespace.ImageLabel);

    /// <summary>A service of a file, with what the one that is there keeps.</summary>
    /// <param name="document">The service of the file.</param>
    /// <param name="current">The one that is there.</param>
    /// <param name="asksForImage">Whether the registry is asked which image is meant.</param>
    public static ServiceDocument Adopt(ServiceDocument document, JsonElement current, bool asksForImage)
    {
        if (!asksForImage && HasImage(current, document.TaskTemplate.ContainerSpec.Image))
        {
            document = document.WithImage(current.TextAt("Spec", "TaskTemplate", "ContainerSpec", "Image"));
        }

        var force = current.NumberAt("Spec", "TaskTemplate", "ForceUpdate");
        return document with { TaskTemplate = document.TaskTemplate with { ForceUpdate = force } };
    }

    /// <summary>A service as the API takes it.</summary>
    public static byte[] Serialize(ServiceDocument document) =>
        JsonSerializer.SerializeToUtf8Bytes(document, StackDocuments.Default.ServiceDocument);
}
