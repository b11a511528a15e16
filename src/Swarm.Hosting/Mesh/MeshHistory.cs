using System.Collections.Immutable;

namespace Swarm.Hosting.Mesh;

/// <summary>What the mesh is now, and what has changed lately. Immutable.</summary>
internal sealed class MeshHistory
{
    private const int MaxChanges = 10_000;

    private readonly ImmutableDictionary<ServiceId, MeshService> _services;
    private readonly ImmutableList<(ulong Version, ServiceId Service)> _changes;
    private readonly ulong _forgotten;

    private MeshHistory(
        ulong version,
        ImmutableDictionary<ServiceId, MeshService> services,
        ImmutableList<(ulong Version, ServiceId Service)> changes,
        ulong forgotten) => (Version, _services, _changes, _forgotten) = (version, services, changes, forgotten);

    public static MeshHistory Empty { get; } =
        new(0, ImmutableDictionary<ServiceId, MeshService>.Empty, [], forgotten: 0);

    /// <summary>Version of the store that it is up to.</summary>
    public ulong Version { get; }

    public IEnumerable<ServiceId> Services => _services.Keys;

    /// <summary>The same after some services have changed.</summary>
    /// <param name="version">The store's version.</param>
    /// <param name="services">What they are now; null for those that are answered no longer.</param>
    /// <returns>The same object when nothing is different: a version that tells no news is none.</returns>
    public MeshHistory With(ulong version, IEnumerable<(ServiceId Id, MeshService? Service)> services)
    {
        var now = _services.ToBuilder();
        var changes = _changes.ToBuilder();
        foreach (var (id, service) in services)
        {
            var before = now.GetValueOrDefault(id);
            if (before == service)
            {
                continue;
            }

            changes.Add((version, id));
            if (service is null)
            {
                now.Remove(id);
            }
            else
            {
                now[id] = service;
            }
        }

        if (changes.Count == _changes.Count)
        {
            return this;
        }

        var forgotten = _forgotten;
        var excess = changes.Count - MaxChanges;
        if (excess > 0)
        {
            forgotten = changes[excess - 1].Version;
            changes.RemoveRange(0, excess);
        }

        // A manager that begins with a snapshot knows nothing of what was before it.
        return new(version, now.ToImmutable(), changes.ToImmutable(), Version == 0 ? version : forgotten);
    }

    /// <summary>What a reader of a version lacks; everything where that is not known any more.</summary>
    public MeshUpdate Since(ulong version)
    {
        if (version == 0 || version < _forgotten || version > Version)
        {
            return new(Version, IsComplete: true, _services.Values.ToValueList(), default);
        }

        var changed = new HashSet<ServiceId>();
        for (var i = _changes.Count - 1; i >= 0 && _changes[i].Version > version; i--)
        {
            changed.Add(_changes[i].Service);
        }

        return new(
            Version,
            IsComplete: false,
            changed.Select(id => _services.GetValueOrDefault(id)).OfType<MeshService>().ToValueList(),
            changed.Where(id => !_services.ContainsKey(id)).ToValueList());
    }
}
