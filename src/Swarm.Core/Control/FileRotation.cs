using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Gives a secret or config new content, and changes its services over.</summary>
internal static class FileRotation
{
    /// <summary>Stores the new version in one transaction and changes services over in as many as it takes.</summary>
    /// <returns>The new version as stored.</returns>
    /// <exception cref="SwarmException">The object is not there, not the newest version, or a write failed.</exception>
    public static async Task<T> RunAsync<T>(
        ClusterStore store,
        FileKind<T> kind,
        string id,
        Func<T, T> next,
        CancellationToken cancellationToken)
        where T : ClusterObject
    {
        var newest = await store.UpdateAsync(
            transaction => FileVersions.Rotate(transaction, kind, id, next),
            cancellationToken);
        var view = store.Current;
        var former = FileVersions.Before(view, kind, newest);
        var services = view.Services
            .Where(service => former.Any(version => kind.IsUsedBy(service.Spec, version)))
            .Select(service => service.Id)
            .ToArray();
        await store.BatchAsync(
            services,
            (transaction, service) => FileVersions.ChangeOver(transaction, kind, service, former, newest),
            cancellationToken);
        return newest;
    }
}
