using System.Net;
using System.Text.Json;
using Swarm.Compose.Conversion;
using Swarm.Tool.Commands;

namespace Swarm.Tool.Stacks;

/// <summary>One thing that a deployment would do.</summary>
/// <param name="Kind"><c>network</c>, <c>secret</c>, <c>config</c> or <c>service</c>.</param>
/// <param name="Name">Name in the swarm.</param>
/// <param name="Action"><c>create</c>, <c>update</c>, <c>remove</c>, <c>nothing</c>, <c>refused</c>, or what is missing.</param>
/// <param name="IsGood">Whether it would go through.</param>
/// <param name="Plan">The manager's plan; only of services that would be created or updated.</param>
internal sealed record PlannedStep(string Kind, string Name, string Action, bool IsGood, JsonElement? Plan = null);

/// <summary>
/// Works out what <see cref="StackDeployment"/> would do. What it would create first is not there yet for the manager
/// to see, so services are planned without it: their tasks go to the same nodes either way.
/// </summary>
internal sealed class StackPlanning(DockerClient client, StackConverter stack)
{
    private readonly StackObjects _objects = new(client, stack.Scope.Name);
    private readonly List<PlannedStep> _steps = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    public async Task<List<PlannedStep>> RunAsync(bool prune, CancellationToken cancellationToken)
    {
        foreach (var name in stack.ExternalNetworks().Where(NetworkNames.IsUserDefined))
        {
            await RequireAsync("network", name, cancellationToken);
        }

        foreach (var network in stack.Networks())
        {
            await ExpectAsync("network", network.Name, cancellationToken);
        }

        foreach (var secret in stack.Secrets())
        {
            await ExpectAsync("secret", secret.Name, cancellationToken);
        }

        foreach (var config in stack.Configs())
        {
            await ExpectAsync("config", config.Name, cancellationToken);
        }

        var current = (await _objects.ServicesAsync(cancellationToken)).ToDictionary(
            service => service.TextAt("Spec", "Name"), StringComparer.Ordinal);
        foreach (var (name, service) in stack.Services)
        {
            var references = new ReferenceConverter(stack.Model, stack.Scope);
            var secrets = await BindAsync(
                "secret",
                references.Secrets(service),
                secret => secret.SecretName,
                (secret, id) => secret with { SecretId = id },
                cancellationToken);
            var configs = await BindAsync(
                "config",
                references.Configs(service),
                config => config.ConfigName,
                (config, id) => config with { ConfigId = id },
                cancellationToken);
            var document = new ServiceConverter(stack).Convert(name, service, secrets, configs);
            await PlanAsync(document, current.GetValueOrDefault(document.Name), cancellationToken);
        }

        _steps.AddRange(current.Values
            .Where(service => prune
                && !stack.Model.Services.ContainsKey(stack.Scope.Descope(service.TextAt("Spec", "Name"))))
            .Select(service => new PlannedStep("service", service.TextAt("Spec", "Name"), "remove", IsGood: true)));
        return _steps;
    }

    private async Task PlanAsync(ServiceDocument document, JsonElement current, CancellationToken cancellationToken)
    {
        document = document with
        {
            TaskTemplate = document.TaskTemplate with
            {
                Networks = document.TaskTemplate.Networks.FindAll(
                    network => !_missing.Contains($"network {network.Target}")),
            },
        };
        if (current.ValueKind == JsonValueKind.Object)
        {
            document = StackDeployment.Adopt(document, current, asksForImage: false);
        }

        var plan = await client.PostAsync("/swarm/plan", StackDeployment.Serialize(document), cancellationToken);
        _steps.Add(new("service", document.Name, plan.TextAt("Kind"), PlanText.IsGood(plan), plan));
    }

    // Something of the stack's own, which the deployment makes or brings up to date.
    private async Task ExpectAsync(string kind, string name, CancellationToken cancellationToken)
    {
        var exists = await FindAsync(kind, name, cancellationToken) is not null;
        if (!exists)
        {
            _missing.Add($"{kind} {name}");
        }

        var whenThere = kind == "network" ? "nothing" : "update";
        _steps.Add(new(kind, name, exists ? whenThere : "create", IsGood: true));
    }

    // Something that has to be there.
    private async Task RequireAsync(string kind, string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(kind, name, cancellationToken) is null && _missing.Add($"{kind} {name}"))
        {
            _steps.Add(new(kind, name, "is declared as external, but could not be found", IsGood: false));
        }
    }

    private async Task<List<T>> BindAsync<T>(
        string kind,
        List<T> references,
        Func<T, string> nameOf,
        Func<T, string, T> bind,
        CancellationToken cancellationToken)
    {
        var bound = new List<T>();
        foreach (var reference in references)
        {
            if (await FindAsync(kind, nameOf(reference), cancellationToken) is { } found)
            {
                bound.Add(bind(reference, found.TextAt("ID")));
            }
            else if (!_missing.Contains($"{kind} {nameOf(reference)}"))
            {
                await RequireAsync(kind, nameOf(reference), cancellationToken);
            }
        }

        return bound;
    }

    private async Task<JsonElement?> FindAsync(string kind, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync($"/{kind}s/{Uri.EscapeDataString(name)}", cancellationToken);
        }
        catch (DockerApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
