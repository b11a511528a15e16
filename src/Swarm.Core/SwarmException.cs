namespace Swarm;

/// <summary>A request that could not be carried out; <see cref="Code"/> tells what to do next.</summary>
public sealed class SwarmException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="code">What kind of error.</param>
    /// <param name="message">What went wrong, naming the object; Docker's wording where it has one.</param>
    public SwarmException(SwarmErrorCode code, string message)
        : base(message) => Code = code;

    /// <summary>Makes an error with a cause.</summary>
    /// <param name="code">What kind of error.</param>
    /// <param name="message">What went wrong, naming the object; Docker's wording where it has one.</param>
    /// <param name="innerException">The cause.</param>
    public SwarmException(SwarmErrorCode code, string message, Exception? innerException)
        : base(message, innerException) => Code = code;

    /// <summary>What kind of error.</summary>
    public SwarmErrorCode Code { get; }

    internal static SwarmException InvalidArgument(string message) => new(SwarmErrorCode.InvalidArgument, message);

    internal static SwarmException NotFound(string message) => new(SwarmErrorCode.NotFound, message);

    internal static SwarmException FailedPrecondition(string message) =>
        new(SwarmErrorCode.FailedPrecondition, message);
}
