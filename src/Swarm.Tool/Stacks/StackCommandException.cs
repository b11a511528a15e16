namespace Swarm.Tool.Stacks;

/// <summary>A stack command that cannot go on; the message is what the user reads.</summary>
internal sealed class StackCommandException(string message) : Exception(message);
