namespace Swarm.Testing.Executors;

/// <summary>An executor does not do what agents rely on.</summary>
/// <param name="message">What was expected of it, and what it did.</param>
/// <param name="innerException">What it threw, if that was it.</param>
public sealed class ExecutorCheckFailedException(string message, Exception? innerException = null)
    : Exception(message, innerException);
