using Swarm.Compose.Conversion;

namespace Swarm.Compose.Deployment;

/// <summary>The networks of a stack: created when they are missing, never changed.</summary>
internal sealed class StackNetworks(ISwarmClient swarm, ExistingObjects existing, DeployLog log)
{
    private const string DefaultDriver = "overlay";

    private readonly Dictionary<string, string> _ids = existing.Networks.ToDictionary(
        network => network.Key, network => network.Value.Id.Value, StringComparer.Ordinal);

    /// <summary>What cannot be deployed because of networks.</summary>
    public static IEnumerable<string> Problems(StackPlan plan, ExistingObjects existing)
    {
        foreach (var name in plan.ExternalNetworks.Where(name => !existing.Networks.ContainsKey(name)))
        {
            yield return $"network \"{name}\" is declared as external, but could not be found. You need to create a "
                + "swarm-scoped network before the stack is deployed";
        }

        foreach (var wanted in plan.Networks)
        {
            if (existing.Networks.TryGetValue(wanted.Name, out var network)
                && network.Spec.Labels[StackNamespace.Label] != plan.Scope.Name)
            {
                yield return $"network {wanted.Name} exists and does not belong to stack {plan.Scope.Name}";
            }
        }
    }

    /// <summary>Creates what is missing.</summary>
    /// <exception cref="SwarmException">The manager refused one.</exception>
    public async Task StoreAsync(StackPlan plan, CancellationToken cancellationToken)
    {
        foreach (var document in plan.Networks)
        {
            if (_ids.ContainsKey(document.Name))
            {
                log.Add(StackStep.Unchanged, ObjectKind.Network, document.Name);
                continue;
            }

            var network = await StackDeployer.TryAsync(
                swarm.Networks.CreateAsync(Spec(document), cancellationToken),
                $"failed to create network {document.Name}");
            _ids.Add(document.Name, network.Id.Value);
            log.Add(StackStep.Created, ObjectKind.Network, document.Name);
        }
    }

    /// <summary>Puts ids in place of names, as the manager stores them.</summary>
    public ServiceSpec Bind(ServiceSpec spec) => spec with
    {
        TaskTemplate = spec.TaskTemplate with
        {
            Networks = spec.TaskTemplate.Networks
                .Select(attachment => attachment with
                {
                    Target = _ids.GetValueOrDefault(attachment.Target, attachment.Target),
                })
                .ToValueList(),
        },
    };

    private static NetworkSpec Spec(NetworkDocument document) => new()
    {
        Name = document.Name,
        Labels = SpecConverter.Map(document.Labels),
        Driver = new(
            document.Driver.Length > 0 ? document.Driver : DefaultDriver,
            SpecConverter.Map(document.Options)),
        Internal = document.Internal,
        Attachable = document.Attachable,
        Ipam = document.Ipam is { } ipam
            ? new()
            {
                Driver = new(ipam.Driver.Length > 0 ? ipam.Driver : "default"),
                Configs = ipam.Config.Select(pool => new IpamConfig(pool.Subnet)).ToValueList(),
            }
            : null,
    };
}
