namespace Swarm.Compose.Deployment;

/// <summary>Carries a plan out: prune, networks, secrets, configs, services, waiting.</summary>
internal sealed class StackDeployer(ISwarmClient swarm, StackPlan plan, StackDeployOptions options)
{
    private readonly DeployLog _log = new(options.Progress);
    private readonly ServiceImages _images = new(options);

    /// <exception cref="SwarmException">The manager refused something, or a service failed.</exception>
    public async Task<StackDeployment> RunAsync(CancellationToken cancellationToken)
    {
        var existing = await ExistingObjects.ReadAsync(swarm, cancellationToken);
        existing.Check(plan);
        await PruneAsync(existing, cancellationToken);
        var networks = new StackNetworks(swarm, existing, _log);
        await networks.StoreAsync(plan, cancellationToken);
        var secrets = await StoreSecretsAsync(existing, cancellationToken);
        var configs = await StoreConfigsAsync(existing, cancellationToken);
        var deployed = await DeployServicesAsync(existing, networks, secrets, configs, cancellationToken);
        if (!options.Detach)
        {
            await WaitAsync(deployed.Values, cancellationToken);
        }

        return _log.ToDeployment();
    }

    private async Task PruneAsync(ExistingObjects existing, CancellationToken cancellationToken)
    {
        if (!options.Prune)
        {
            return;
        }

        var wanted = plan.Services.Select(service => service.Spec.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var service in existing.OfStack(plan.Scope).Where(service => !wanted.Contains(service.Spec.Name)))
        {
            await swarm.Services.RemoveAsync(service.Id, cancellationToken);
            _log.Add(StackStep.Removed, ObjectKind.Service, service.Spec.Name);
        }
    }

    private async Task<Dictionary<string, SecretId>> StoreSecretsAsync(
        ExistingObjects existing, CancellationToken cancellationToken)
    {
        var ids =
            existing.Secrets.ToDictionary(secret => secret.Key, secret => secret.Value.Id, StringComparer.Ordinal);
        foreach (var spec in plan.Secrets)
        {
            if (!existing.Secrets.TryGetValue(spec.Name, out var current))
            {
                ids[spec.Name] = (await TryAsync(
                    swarm.Secrets.CreateAsync(spec, cancellationToken), $"failed to create secret {spec.Name}")).Id;
                _log.Add(StackStep.Created, ObjectKind.Secret, spec.Name);
                continue;
            }

            // Only the manager can tell whether the value is still the same.
            await TryAsync(
                swarm.Secrets.UpdateAsync(current.Id, current.Version, spec, cancellationToken),
                $"failed to update secret {spec.Name}");
            _log.Add(
                current.Spec.Labels == spec.Labels ? StackStep.Unchanged
                    : StackStep.Updated, ObjectKind.Secret, spec.Name);
        }

        return ids;
    }

    private async Task<Dictionary<string, ConfigId>> StoreConfigsAsync(
        ExistingObjects existing, CancellationToken cancellationToken)
    {
        var ids =
            existing.Configs.ToDictionary(config => config.Key, config => config.Value.Id, StringComparer.Ordinal);
        foreach (var spec in plan.Configs)
        {
            if (!existing.Configs.TryGetValue(spec.Name, out var current))
            {
                ids[spec.Name] = (await TryAsync(
                    swarm.Configs.CreateAsync(spec, cancellationToken), $"failed to create config {spec.Name}")).Id;
                _log.Add(StackStep.Created, ObjectKind.Config, spec.Name);
            }
            else if (current.Spec == spec)
            {
                _log.Add(StackStep.Unchanged, ObjectKind.Config, spec.Name);
            }
            else
            {
                await TryAsync(
                    swarm.Configs.UpdateAsync(current.Id, current.Version, spec, cancellationToken),
                    $"failed to update config {spec.Name}");
                _log.Add(StackStep.Updated, ObjectKind.Config, spec.Name);
            }
        }

        return ids;
    }

    private async Task<OrderedDictionary<string, Service>> DeployServicesAsync(
        ExistingObjects existing,
        StackNetworks networks,
        Dictionary<string, SecretId> secrets,
        Dictionary<string, ConfigId> configs,
        CancellationToken cancellationToken)
    {
        var deployed = new OrderedDictionary<string, Service>(StringComparer.Ordinal);
        foreach (var planned in plan.Services)
        {
            foreach (var dependency in planned.Dependencies)
            {
                if (deployed.TryGetValue(dependency.Service, out var other))
                {
                    await new TaskWait(swarm, other, _log).UntilAsync(dependency.Condition, cancellationToken);
                }
            }

            var spec = networks.Bind(ReferenceIds.Bind(planned.Spec, secrets, configs));
            deployed[planned.Name] = existing.Services.TryGetValue(spec.Name, out var current)
                ? await UpdateAsync(current, spec, cancellationToken)
                : await CreateAsync(spec, cancellationToken);
        }

        return deployed;
    }

    private async Task<Service> CreateAsync(ServiceSpec spec, CancellationToken cancellationToken)
    {
        spec = await _images.ResolveAsync(spec, null, cancellationToken);
        var service = await TryAsync(
            swarm.Services.CreateAsync(spec, cancellationToken), $"failed to create service {spec.Name}");
        _log.Add(StackStep.Created, ObjectKind.Service, spec.Name);
        return service;
    }

    private async Task<Service> UpdateAsync(Service current, ServiceSpec spec, CancellationToken cancellationToken)
    {
        spec = await _images.ResolveAsync(spec, current.Spec, cancellationToken);
        spec = spec with
        {
            TaskTemplate = spec.TaskTemplate with { ForceUpdate = current.Spec.TaskTemplate.ForceUpdate },
        };
        if (spec == current.Spec)
        {
            _log.Add(StackStep.Unchanged, ObjectKind.Service, spec.Name);
            return current;
        }

        var service = await TryAsync(
            swarm.Services.UpdateAsync(current.Id, _ => spec, cancellationToken),
            $"failed to update service {spec.Name}");
        _log.Add(StackStep.Updated, ObjectKind.Service, spec.Name);
        return service;
    }

    // Every service is waited for, so that all failures are known.
    private async Task WaitAsync(IEnumerable<Service> services, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var service in services)
        {
            try
            {
                await new TaskWait(swarm, service, _log).UntilConvergedAsync(cancellationToken);
            }
            catch (SwarmException exception)
            {
                failures.Add($"{service.Spec.Name}: {exception.Message}");
            }
        }

        if (failures.Count > 0)
        {
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, string.Join('\n', failures));
        }
    }

    /// <summary>Says what was being done when the manager refused it.</summary>
    internal static async Task<T> TryAsync<T>(Task<T> write, string failure)
    {
        try
        {
            return await write;
        }
        catch (SwarmException exception)
        {
            throw new SwarmException(exception.Code, $"{failure}: {exception.Message}", exception);
        }
    }
}
