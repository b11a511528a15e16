using Swarm.Raft;

namespace Swarm.Testing;

/// <summary>How time passes.</summary>
public sealed partial class SwarmTestCluster
{
    /// <summary>Without a change for so long, a swarm has nothing left to do at once.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a call waits for a leader, as in production.</summary>
    private static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan LeaderPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(1);

    /// <summary>Lets time pass; everything that is due on the way happens in its order.</summary>
    /// <param name="span">How much.</param>
    /// <returns>Completed.</returns>
    /// <exception cref="SwarmTestException">Something happened that must not.</exception>
    public Task AdvanceAsync(TimeSpan span)
    {
        World.Advance(span);
        ThrowIfFaulted();
        return Task.CompletedTask;
    }

    /// <summary>Lets time pass until something is so.</summary>
    /// <param name="condition">What is waited for; looked at after every step.</param>
    /// <param name="limit">The longest time; null for <see cref="SwarmTestClusterOptions.Patience"/>.</param>
    /// <returns>Completed.</returns>
    /// <exception cref="SwarmTestException">It did not become so in time, or something happened that must not.</exception>
    public Task AdvanceUntilAsync(Func<bool> condition, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var patience = limit ?? Options.Patience;
        Require(World.AdvanceUntil(condition, patience), $"what was waited for did not come within {patience}");
        return Task.CompletedTask;
    }

    /// <summary>
    /// Lets time pass until there is a leader and nothing has changed for half a second: everything is done that does
    /// not wait for a time of its own, such as a restart delay or the monitoring of an update.
    /// </summary>
    /// <returns>Completed.</returns>
    /// <exception cref="SwarmTestException">It does not settle, or something happened that must not.</exception>
    public Task SettleAsync()
    {
        var (seen, since) = (Laws.Changes, Now);
        var end = Now + Options.Patience;
        while (FindLeader() is null || Now - since < Quiet)
        {
            Require(Now < end, $"the cluster does not settle within {Options.Patience}");
            World.Advance(FindLeader() is null ? LeaderPause : since + Quiet - Now);
            if (Laws.Changes != seen)
            {
                (seen, since) = (Laws.Changes, Laws.LastChange);
            }
        }

        ThrowIfFaulted();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Lets time pass until the swarm is as its services ask: as many tasks as wanted run, on the newest spec, and
    /// nothing else; jobs are done, and rollouts are over.
    /// </summary>
    /// <returns>Completed.</returns>
    /// <exception cref="SwarmTestException">It does not get there; the text says what is missing.</exception>
    public Task ConvergeAsync()
    {
        var end = Now + Options.Patience;
        string? missing;
        while ((missing = FindLeader() is null ? "no manager leads" : Laws.WhyNotConverged()) is not null)
        {
            Require(Now < end, $"the swarm does not become what it should within {Options.Patience}: {missing}");
            World.Advance(Quiet);
        }

        ThrowIfFaulted();
        return SettleAsync();
    }

    /// <summary>Runs a call on the manager that leads, and lets time pass until it has its answer.</summary>
    internal T Drive<T>(Func<ManagerProcess, Task<T>> call)
    {
        var end = Now + LeaderPatience;
        while (true)
        {
            World.AdvanceUntil(() => FindLeader() is not null, end - Now);
            var leader = FindLeader() ?? throw NoLeader();
            var answer = leader.Scheduler.StartAsync(() => call(leader.Manager!));
            if (!World.AdvanceUntil(() => answer.IsCompleted || !leader.IsRunning, LongestCall))
            {
                throw Failure($"a call had no answer within {LongestCall}");
            }

            ThrowIfFaulted();
            if (!answer.IsCompleted)
            {
                throw new SwarmException(
                    SwarmErrorCode.Unavailable,
                    "the manager stopped during the call, which may still take effect: read again");
            }

            try
            {
                return Result(answer);
            }
            catch (SwarmException exception) when (NothingHappened(exception) && Now < end)
            {
                World.Advance(LeaderPause);
            }
        }
    }

    internal void Drive(Func<ManagerProcess, Task> call) => Drive(async manager =>
    {
        await call(manager);
        return true;
    });

    /// <summary>Runs one step of a stream where it was begun.</summary>
    internal T Step<T>(NodeProcess where, Func<Task<T>> step)
    {
        var answer = where.Scheduler.StartAsync(step);
        Require(
            World.AdvanceUntil(() => answer.IsCompleted || !where.IsRunning, LongestCall),
            $"a stream brought nothing within {LongestCall}");
        return answer.IsCompleted
            ? Result(answer)
            : throw new SwarmException(SwarmErrorCode.Unavailable, "the manager stopped while it was read from");
    }

    private static bool NothingHappened(SwarmException exception) =>
        exception is { Code: SwarmErrorCode.NoLeader, InnerException: not NotLeaderException { MayCommit: true } };

    private static SwarmException NoLeader() =>
        new(SwarmErrorCode.NoLeader, "The swarm does not have a leader: too few managers are up and connected.");

    private static T Result<T>(Task<T> completed)
    {
#pragma warning disable VSTHRD002 // The task has completed.
        return completed.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private void Require(bool holds, string otherwise)
    {
        ThrowIfFaulted();
        if (!holds)
        {
            throw Failure(otherwise);
        }
    }

    private void ThrowIfFaulted()
    {
        if (_fault is { } fault)
        {
            throw fault;
        }
    }
}
