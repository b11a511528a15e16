using Swarm.Allocation.Addressing;
using Swarm.Docker.Engine;
using Swarm.Execution;
using EngineDocuments = Swarm.Hosting.DockerApi.EngineDocuments;

namespace Swarm.Docker.Execution;

/// <summary>A network of the engine that a task is to be on.</summary>
internal sealed record TaskNetwork
{
    /// <summary>Label of the engine's networks that stand for one of the swarm's, with its id.</summary>
    internal const string IdLabel = EngineDocuments.NetworkIdLabel;

    private const string MtuOption = "com.docker.network.driver.mtu";
    private const string DefaultDriver = "bridge";

    internal required string Name { get; init; }

    /// <summary>What it has to be; null for one that every engine has from the start.</summary>
    internal NetworkCreateDocument? Definition { get; init; }

    /// <summary>Names at the engine that lead to the task's address.</summary>
    internal ValueList<string> Aliases { get; init; }

    /// <summary>What the swarm has given out there; null where it is the engine's to give.</summary>
    internal SwarmAddresses? Swarm { get; init; }

    /// <summary>Whose addresses there are, as far as that is known yet.</summary>
    internal NetworkFooting Footing { get; init; }

    internal ValueDictionary<string> DriverOptions { get; init; }

    internal bool IsInternal => Definition is { Internal: true };

    internal EndpointDocument Endpoint => new()
    {
        Aliases = Aliases.IsEmpty || Footing == NetworkFooting.Answered ? null : [.. Aliases],
        DriverOpts = DriverOptions.ToDocument(),
        Address = Footing == NetworkFooting.Engine || Swarm is null ? null : new($"{Swarm.Own}"),
    };

    /// <summary>
    /// The networks of a task in the order of its attachments. The routing mesh is the node's own, so that its network
    /// is not among them.
    /// </summary>
    internal static ValueList<TaskNetwork> Of(SwarmTask task)
    {
        var networks = task.Networks
            .Where(attachment => !NetworkDrivers.IsIngress(attachment.Network))
            .Select(attachment => Of(attachment, task.ServiceAnnotations.Name))
            .ToValueList();

        // A network without a way out has no way in either: published ports need another one beside it.
        return !networks.IsEmpty
            && networks.All(network => network.IsInternal)
            && task.Endpoint is { Ports.IsEmpty: false }
            ? [new TaskNetwork { Name = DefaultDriver }, .. networks]
            : networks;
    }

    private static TaskNetwork Of(NetworkAttachment attachment, string service)
    {
        var network = attachment.Network;
        if (NetworkDrivers.IsPredefined(network))
        {
            return new() { Name = network.Spec.Name };
        }

        string[] names = service.Length == 0 ? [.. attachment.Aliases] : [service, .. attachment.Aliases];
        return new()
        {
            Name = network.Spec.Name,
            Definition = Define(network),
            Aliases = names.Concat(names.Select(name => $"tasks.{name}")).Distinct().ToValueList(),
            DriverOptions = attachment.DriverOptions,
            Swarm = NetworkDrivers.IsOverlay(network) ? SwarmAddresses.Of(attachment) : null,
        };
    }

    // An overlay of the swarm is a bridge here. Its addresses are the engine's choice unless the machine can have those
    // of the swarm, which may be in use around it: an overlay does not mind that, and a bridge does.
    private static NetworkCreateDocument Define(Network network)
    {
        var isOverlay = NetworkDrivers.IsOverlay(network);
        if (network.Spec.ConfigFrom is { Length: > 0 } source)
        {
            // Our label on it is configuration of its own, which the engine takes no other beside.
            throw new TaskRejectedException(
                $"network {network.Spec.Name} has its configuration from {source}, which this executor cannot give it: "
                + "say what it is to be with --subnet and --opt");
        }

        return new()
        {
            Name = network.Spec.Name,
            Driver = isOverlay ? DefaultDriver : NetworkDrivers.NameOf(network.Spec),
            Internal = network.Spec.Internal,
            Ipv6 = !isOverlay && network.Spec.Ipv6,
            Addressing = isOverlay ? null : AddressingOf(network.Spec.Ipam),
            Options = OptionsOf(network.Spec.Driver?.Options ?? default, isOverlay).ToDocument(),
            Labels = network.Spec.Labels.With(IdLabel, network.Id.Value).ToDocument()!,
        };
    }

    // Of an overlay's options a bridge has the same sense for one only.
    private static ValueDictionary<string> OptionsOf(ValueDictionary<string> options, bool isOverlay) => isOverlay
        ? options.Where(option => option.Key == MtuOption).ToValueDictionary()
        : options;

    private static NetworkAddressingDocument? AddressingOf(IpamOptions? ipam) =>
        ipam is null or { Configs.IsEmpty: true }
            ? null
            : new([.. ipam.Configs.Select(config => new NetworkSubnetDocument
            {
                Subnet = config.Subnet,
                Range = config.Range.OrNull(),
                Gateway = config.Gateway.OrNull(),
                Reserved = config.Reserved.ToDocument(),
            })]);
}
