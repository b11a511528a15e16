namespace Swarm.Execution;

/// <summary>What an executor implements whose images come from no registry.</summary>
internal interface IImageSource
{
    /// <summary>Whether there is an image that a task could name so; thread-safe.</summary>
    bool Knows(string reference);
}
