namespace Swarm;

/// <summary>Which changes a watch delivers.</summary>
/// <param name="Kind">Only objects of this kind; <see cref="ObjectKind.None"/> means every kind.</param>
/// <param name="ResumeFrom">Deliver everything after this version; null means from now on.</param>
public sealed record WatchFilter(ObjectKind Kind = ObjectKind.None, ObjectVersion? ResumeFrom = null);
