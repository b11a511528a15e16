using System.Collections.Frozen;
using Swarm.Execution.Processes;

namespace Swarm.Hosting.Mesh;

/// <summary>How tasks of a node find others and are found.</summary>
internal interface INodeNames : ITaskNames, IAsyncDisposable
{
    /// <summary>The networks that tasks of this node share its own network on.</summary>
    FrozenSet<NetworkId> Networks { get; }

    /// <summary>Where tasks listen that have a network of their own.</summary>
    LocalPlaces Places { get; }

    /// <summary>Takes over the mesh as it is now.</summary>
    ValueTask ShowAsync(IReadOnlyList<MeshService> services, CancellationToken cancellationToken);

    /// <summary>Takes over the keys of encrypted networks, as sessions tell them.</summary>
    void Use(ValueList<EncryptionKey> keys);
}
