namespace Swarm.Control;

/// <summary>The rules for a container; its templates have been filled in.</summary>
internal static class ContainerSpecValidator
{
    private static readonly TimeSpan MinHealthDuration = TimeSpan.FromMilliseconds(1);

    // A node waits for these with one timer, and timers end after seven weeks.
    private static readonly TimeSpan MaxDuration = TimeSpan.FromHours(720);

    public static void Validate(ContainerSpec container)
    {
        Rule.Require(container.Image.Length > 0, "ContainerSpec: image reference must be provided");
        Rule.Require(
            ImageReference.IsValid(container.Image),
            $"ContainerSpec: {Quoted.Of(container.Image)} is not a valid repository/tag");
        CheckMounts(container.Mounts);
        CheckHealth(container.HealthCheck);
        Rule.RequireDuration(container.StopGracePeriod, "ContainerSpec: StopGracePeriod");
        CheckLength(container.StopGracePeriod ?? default, "StopGracePeriod");
    }

    private static void CheckMounts(ValueList<Mount> mounts)
    {
        var targets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in mounts)
        {
            Rule.Require(targets.Add(mount.Target), $"ContainerSpec: duplicate mount point: {mount.Target}");
        }
    }

    private static void CheckHealth(HealthCheck? check)
    {
        if (check is null)
        {
            return;
        }

        CheckDuration(check.Interval, "Interval");
        CheckDuration(check.Timeout, "Timeout");
        CheckDuration(check.StartPeriod, "StartPeriod");
        CheckDuration(check.StartInterval ?? TimeSpan.Zero, "StartInterval");
        Rule.Require(check.Retries >= 0, "ContainerSpec: Retries in HealthConfig cannot be negative");
    }

    private static void CheckDuration(TimeSpan duration, string name)
    {
        Rule.Require(
            duration == TimeSpan.Zero || duration >= MinHealthDuration,
            $"ContainerSpec: {name} in HealthConfig cannot be less than 1ms");
        CheckLength(duration, $"{name} in HealthConfig");
    }

    private static void CheckLength(TimeSpan duration, string name) =>
        Rule.Require(duration <= MaxDuration, $"ContainerSpec: {name} cannot be more than 720h");
}
