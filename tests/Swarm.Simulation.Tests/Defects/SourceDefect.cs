namespace Swarm.Simulation.Tests;

/// <summary>A defect of a core: one place in its sources, and what a mistaken author would have written there.</summary>
/// <param name="Name">What it gets wrong.</param>
/// <param name="File">The end of the file's path; empty for no defect at all.</param>
/// <param name="Sound">What stands there.</param>
/// <param name="Broken">What is put there instead.</param>
internal sealed record SourceDefect(string Name, string File, string Sound, string Broken)
{
    /// <summary>A second place that has to change with the first.</summary>
    public SourceDefect? And { get; init; }

    /// <summary>The histories that show it.</summary>
    public Profile Profile { get; init; } = Profile.Core;
}
