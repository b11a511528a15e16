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

    /// <summary>The container with further mounts.</summary>
    internal ContainerCreateDocument With(IReadOnlyList<MountDocument> mounts) => mounts.Count == 0
        ? Document
        : Document with
        {
            HostConfig = Document.HostConfig with { Mounts = [.. Document.HostConfig.Mounts ?? [], .. mounts] },
        };
}
