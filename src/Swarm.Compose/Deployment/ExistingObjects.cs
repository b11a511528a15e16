using Swarm.Compose.Conversion;

namespace Swarm.Compose.Deployment;

/// <summary>What a swarm has already, by name.</summary>
internal sealed record ExistingObjects(
    Dictionary<string, Service> Services,
    Dictionary<string, Secret> Secrets,
    Dictionary<string, Config> Configs,
    Dictionary<string, Network> Networks)
{
    public static async Task<ExistingObjects> ReadAsync(ISwarmClient swarm, CancellationToken cancellationToken)
    {
        var existing = new ExistingObjects(
            new(StringComparer.Ordinal),
            new(StringComparer.Ordinal),
            new(StringComparer.Ordinal),
            new(StringComparer.Ordinal));
        await foreach (var service in swarm.Services.ListAsync(cancellationToken))
        {
            existing.Services[service.Spec.Name] = service;
        }

        await foreach (var secret in swarm.Secrets.ListAsync(cancellationToken))
        {
            existing.Secrets[secret.Spec.Name] = secret;
        }

        await foreach (var config in swarm.Configs.ListAsync(cancellationToken))
        {
            existing.Configs[config.Spec.Name] = config;
        }

        await foreach (var network in swarm.Networks.ListAsync(cancellationToken))
        {
            existing.Networks[network.Spec.Name] = network;
        }

        return existing;
    }

    /// <summary>The services that carry the stack's label, by name.</summary>
    public IEnumerable<Service> OfStack(StackNamespace scope) => Services.Values
        .Where(service => IsOfStack(service, scope))
        .OrderBy(service => service.Spec.Name, StringComparer.Ordinal);

    /// <summary>What can be known to fail before anything is written.</summary>
    /// <exception cref="StackFileException">It fails.</exception>
    public void Check(StackPlan plan)
    {
        var problems = new List<string>(StackNetworks.Problems(plan, this));
        problems.AddRange(plan.Services
            .Where(planned =>
                Services.TryGetValue(planned.Spec.Name, out var service) && !IsOfStack(service, plan.Scope))
            .Select(planned => $"service {planned.Spec.Name} exists and does not belong to stack {plan.Scope.Name}"));
        problems.AddRange(plan.Configs
            .Where(spec => Configs.TryGetValue(spec.Name, out var config) && config.Spec.Data != spec.Data)
            .Select(spec => $"failed to update config {spec.Name}: only updates to Labels are allowed; give the changed "
                + "config a new name"));
        foreach (var planned in plan.Services)
        {
            var container = (ContainerSpec)planned.Spec.TaskTemplate.Workload!;
            problems.AddRange(container.Secrets.Select(secret => secret.SecretName)
                .Where(name => !Secrets.ContainsKey(name) && !plan.Secrets.Any(secret => secret.Name == name))
                .Select(name => $"service {planned.Name}: secret not found: {name}"));
            problems.AddRange(container.Configs.Select(config => config.ConfigName)
                .Where(name => !Configs.ContainsKey(name) && !plan.Configs.Any(config => config.Name == name))
                .Select(name => $"service {planned.Name}: config not found: {name}"));
        }

        if (problems.Count > 0)
        {
            throw new StackFileException(
                problems[0], problems.Select(problem => new StackDiagnostic(StackSeverity.Error, default, problem)));
        }
    }

    private static bool IsOfStack(Service service, StackNamespace scope) =>
        service.Spec.Labels[StackNamespace.Label] == scope.Name;
}
