using Swarm.Execution;

namespace Swarm.Testing.Tests.Simulated;

/// <summary>Images and what they do.</summary>
internal static class Images
{
    public static readonly string[] Good = ["good:1", "good:2", "good:3", "good:4"];
    public static readonly string[] Bad = ["reject:1", "fail:1", "sick:1"];
    public static readonly string[] Job = ["job:1", "job:2"];

    public static readonly string[] All = [.. Good, .. Bad, .. Job, "crash:1", "hang:1"];

    public static void Script(FakeExecutor executor, Random random)
    {
        foreach (var image in All)
        {
            executor.Script(image, _ => BehaviorOf(image, random));
        }
    }

    private static InMemoryBehavior BehaviorOf(string image, Random random) => image switch
    {
        "reject:1" => InMemoryBehavior.Reject("no such thing"),
        "fail:1" => InMemoryBehavior.FailToStart("does not start"),
        "sick:1" => new InMemoryBehavior { HealthyAfter = TimeSpan.FromDays(20) },
        "hang:1" => new InMemoryBehavior { HangsIn = (InMemoryStep)random.Next((int)InMemoryStep.Remove) },
        "crash:1" => InMemoryBehavior.Exit(1, TimeSpan.FromSeconds(random.Next(1, 20))),
        "job:1" or "job:2" => InMemoryBehavior.Exit(random.Next(4) == 0 ? 1 : 0, TimeSpan.FromSeconds(random.Next(6))),
        _ => new InMemoryBehavior
        {
            HealthyAfter = TimeSpan.FromMilliseconds(random.Next(2_500)),
            StopDelay = TimeSpan.FromMilliseconds(random.Next(2_500)),
        },
    };
}
