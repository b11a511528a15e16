namespace Swarm.Secrets;

/// <summary>Gets the values of secrets that are kept elsewhere: <c>docker secret create --driver NAME</c>.</summary>
/// <remarks>A singleton on the managers; asked each time a task that uses the secret is sent to its node.</remarks>
public interface ISecretDriver
{
    /// <summary>The name that secrets give their driver.</summary>
    string Name { get; }

    /// <summary>The value of a secret for one task.</summary>
    /// <param name="request">The secret, and the task that asks for it.</param>
    /// <param name="cancellationToken">Ends the call; it has 5 s.</param>
    /// <returns>The value: 1 to 511,999 bytes. Any exception leaves the secret out, and the task fails on its node.</returns>
    ValueTask<DriverSecret> GetAsync(SecretRequest request, CancellationToken cancellationToken);
}

/// <summary>A value from a secret driver.</summary>
/// <param name="Data">The value.</param>
/// <param name="DoNotReuse">True when it is meant for this task alone; other tasks get a value of their own.</param>
public sealed record DriverSecret(ReadOnlyMemory<byte> Data, bool DoNotReuse = false)
{
    /// <summary>Its size only; the value never reaches a log through this.</summary>
    /// <returns>A description without the value.</returns>
    public override string ToString() => $"DriverSecret {{ {Data.Length} bytes }}";
}

/// <summary>Which secret is wanted, and for whom; the fields of Docker's secret provider plugins.</summary>
public sealed record SecretRequest
{
    /// <summary>Name of the secret.</summary>
    public required string SecretName { get; init; }

    /// <summary>Labels of the secret.</summary>
    public ValueDictionary<string> SecretLabels { get; init; }

    /// <summary>Options that the secret gives its driver.</summary>
    public ValueDictionary<string> DriverOptions { get; init; }

    /// <summary>Id of the service; empty for a task without one.</summary>
    public ServiceId ServiceId { get; init; }

    /// <summary>Name of the service.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>Labels of the service.</summary>
    public ValueDictionary<string> ServiceLabels { get; init; }

    /// <summary>Host name that the service gives its containers.</summary>
    public string ServiceHostname { get; init; } = "";

    /// <summary>How the service wants to be reached.</summary>
    public EndpointSpec? ServiceEndpoint { get; init; }

    /// <summary>Id of the task.</summary>
    public TaskId TaskId { get; init; }

    /// <summary>Name of the task.</summary>
    public string TaskName { get; init; } = "";

    /// <summary>Image of the task.</summary>
    public string TaskImage { get; init; } = "";

    /// <summary>Node that runs the task.</summary>
    public NodeId NodeId { get; init; }
}
