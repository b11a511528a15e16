using Swarm.Allocation;
using Swarm.Allocation.Addressing;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What a service spec refers to must exist.</summary>
internal static class ServiceReferences
{
    /// <summary>Every secret and config must exist under the name the spec gives it.</summary>
    /// <exception cref="SwarmException">One does not.</exception>
    public static void RequireFiles(StoreTransaction transaction, ServiceSpec spec)
    {
        if (spec.TaskTemplate.Workload is not ContainerSpec container)
        {
            return;
        }

        RequireAll("secret", container.Secrets
            .Where(use => !FileVersions.IsCalled(
                FileKinds.Secret, transaction.Secrets.Find(use.SecretId.Value), use.SecretName))
            .Select(secret => secret.SecretName));
        RequireAll("config", container.Configs
            .Where(use => !FileVersions.IsCalled(
                FileKinds.Config, transaction.Configs.Find(use.ConfigId.Value), use.ConfigName))
            .Select(config => config.ConfigName));
    }

    /// <summary>The spec with the ids of networks in place of their names.</summary>
    /// <exception cref="SwarmException">There is no such network, or it is the one of the routing mesh.</exception>
    public static ServiceSpec ResolveNetworks(StoreTransaction transaction, ServiceSpec spec)
    {
        if (spec.TaskTemplate.Networks.IsEmpty && spec.Networks.IsEmpty)
        {
            return spec;
        }

        return spec with
        {
            Networks = Resolve(transaction, spec.Networks),
            TaskTemplate = spec.TaskTemplate with { Networks = Resolve(transaction, spec.TaskTemplate.Networks) },
        };
    }

    /// <summary>Ports of the routing mesh need its network.</summary>
    /// <exception cref="SwarmException">There is none.</exception>
    public static void RequireIngress(StoreTransaction transaction, ServiceSpec spec)
    {
        if (ServiceNeeds.NeedsIngress(spec) && NetworkChanges.FindIngress(transaction) is null)
        {
            throw SwarmException.FailedPrecondition(
                "service needs ingress network, but no ingress network is present");
        }
    }

    private static ValueList<NetworkAttachmentSpec> Resolve(
        StoreTransaction transaction,
        ValueList<NetworkAttachmentSpec> attachments) =>
        attachments.Select(attachment => attachment with { Target = Resolve(transaction, attachment.Target) })
            .ToValueList();

    private static string Resolve(StoreTransaction transaction, string reference)
    {
        var network = transaction.Networks.Find(reference)
            ?? transaction.Networks.FindByName(reference)
            ?? throw SwarmException.NotFound($"network {reference} not found");
        Rule.Require(
            !NetworkDrivers.IsIngress(network),
            $"Service cannot be explicitly attached to the ingress network {Quoted.Of(network.Spec.Name)}");
        return network.Id.Value;
    }

    private static void RequireAll(string kind, IEnumerable<string> missing)
    {
        var names = missing.ToArray();
        Rule.Require(
            names.Length == 0,
            $"{kind}{(names.Length == 1 ? "" : "s")} not found: {string.Join(", ", names)}");
    }
}
