using System.Net;
using Swarm.Docker.Engine;

namespace Swarm.Docker.Execution;

/// <summary>How a task becomes a container.</summary>
/// <param name="Image">The image with a tag or digest.</param>
/// <param name="RegistryAuth">Credentials for its registry; may be empty.</param>
/// <param name="Networks">The networks to be on, in order; empty for the engine's default.</param>
/// <param name="Document">The container without the task's secrets and configs.</param>
internal sealed record ContainerPlan(
    string Image,
    string RegistryAuth,
    ValueList<TaskNetwork> Networks,
    ContainerCreateDocument Document)
{
    /// <summary>Never the credentials.</summary>
    /// <returns>The image.</returns>
    public override string ToString() => $"ContainerPlan {{ {Image} }}";

    /// <summary>The container on networks as they are, with a name server of its own.</summary>
    internal ContainerPlan On(ValueList<TaskNetwork> networks, IPAddress? resolver) => this with
    {
        Networks = networks,
        Document = Document with
        {
            NetworkingConfig = FirstOf(networks),
            HostConfig = resolver is null ? Document.HostConfig : Document.HostConfig with { Dns = [$"{resolver}"] },
        },
    };

    /// <summary>The network that a container is made with: older engines take one.</summary>
    internal static NetworkingDocument? FirstOf(ValueList<TaskNetwork> networks) =>
        networks is [{ Definition: not null } first, ..]
            ? new(new(StringComparer.Ordinal) { [first.Name] = first.Endpoint })
            : null;

    /// <summary>The container with further mounts.</summary>
    internal ContainerCreateDocument With(IReadOnlyList<MountDocument> mounts) => mounts.Count == 0
        ? Document
        : Document with
        {
            HostConfig = Document.HostConfig with { Mounts = [.. Document.HostConfig.Mounts ?? [], .. mounts] },
        };
}
