namespace Swarm;

/// <summary>A network a task is to be attached to.</summary>
public sealed record NetworkAttachmentSpec
{
    /// <summary>Id of the network; a name until the control API has resolved it.</summary>
    public required string Target { get; init; }

    /// <summary>Further names of the task on that network.</summary>
    public ValueList<string> Aliases { get; init; }

    /// <summary>Requested addresses.</summary>
    public ValueList<string> Addresses { get; init; }

    /// <summary>Options for the network driver.</summary>
    public ValueDictionary<string> DriverOptions { get; init; }
}
