namespace Swarm.Net.Tests.Guest;

/// <summary>The one run of a guest that all suites in it share.</summary>
public sealed class GuestRun : IAsyncLifetime
{
    /// <summary>Why there was none; null when there was one.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>What the guest told.</summary>
    public IReadOnlyList<string> Lines { get; private set; } = [];

    /// <summary>What became of a case.</summary>
    public string? OutcomeOf(string name) =>
        Lines.FirstOrDefault(line => line.StartsWith($"case {name}: ", StringComparison.Ordinal));

    public async Task InitializeAsync()
    {
        Obstacle = GuestMachine.FindObstacle(out var kernel);
        if (Obstacle is null)
        {
            Lines = await GuestMachine.RunAsync(kernel!, Path.GetTempPath());
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
