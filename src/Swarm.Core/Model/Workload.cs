namespace Swarm;

/// <summary>What a task runs: one of <see cref="ContainerSpec"/>, <see cref="AttachmentSpec"/>, <see cref="GenericSpec"/>.</summary>
public abstract record Workload
{
    private protected Workload()
    {
    }
}

/// <summary>Attaches a container that is not a task to a network.</summary>
/// <param name="ContainerId">The container.</param>
public sealed record AttachmentSpec(string ContainerId) : Workload;

/// <summary>A workload that only a custom executor understands.</summary>
/// <param name="RuntimeKind">Name of the runtime, at least 3 characters, not <c>container</c> or <c>attachment</c>.</param>
/// <param name="PayloadType">Type of the payload, such as a type URL.</param>
/// <param name="Payload">The payload.</param>
public sealed record GenericSpec(string RuntimeKind, string PayloadType, ValueList<byte> Payload) : Workload;
