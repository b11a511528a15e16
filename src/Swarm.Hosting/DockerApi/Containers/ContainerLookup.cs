using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

internal static class ContainerLookup
{
    /// <summary>Finds a container by full id, name with or without slash, or unique id prefix, in this order.</summary>
    public static ContainerInfo Find(IReadOnlyList<ContainerInfo> containers, string reference)
    {
        var name = reference.StartsWith('/') ? reference[1..] : reference;
        var exact = containers.FirstOrDefault(c => c.Id == reference) ?? containers.FirstOrDefault(c => c.Name == name);
        if (exact is not null)
        {
            return exact;
        }

        var candidates = reference.Length == 0
            ? []
            : containers.Where(c => c.Id.StartsWith(reference, StringComparison.Ordinal)).Take(2).ToList();
        return candidates.Count switch
        {
            1 => candidates[0],
            0 => throw DockerApiException.NotFound($"No such container: {reference}"),
            _ => throw DockerApiException.BadRequest($"multiple IDs found with provided prefix: {reference}"),
        };
    }
}
