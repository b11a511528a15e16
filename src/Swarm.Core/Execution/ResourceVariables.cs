using System.Globalization;

namespace Swarm.Execution;

/// <summary>How a task learns which of its node's user-defined resources it has been given.</summary>
internal static class ResourceVariables
{
    /// <summary>A variable for each kind, such as <c>DOCKER_RESOURCE_GPU=uuid1,uuid2</c> or <c>…=2</c>; Docker's names.</summary>
    internal static IEnumerable<EnvironmentVariable> Of(SwarmTask task) => task.AssignedGenericResources
        .GroupBy(resource => resource.ResourceKind)
        .Select(kind => new EnvironmentVariable(
            $"DOCKER_RESOURCE_{kind.Key.ToUpperInvariant()}",
            string.Join(',', kind.Select(ValueOf))));

    private static string ValueOf(GenericResource resource) => resource switch
    {
        NamedResource named => named.Value,
        DiscreteResource discrete => discrete.Amount.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };
}
