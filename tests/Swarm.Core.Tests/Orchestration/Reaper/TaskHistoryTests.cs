using Swarm.Orchestration;

namespace Swarm.Core.Tests.Orchestration.Reaper;

public sealed class TaskHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(2, "FFFFR", "012")]
    [InlineData(5, "FFFFR", "")]
    [InlineData(4, "FFFFR", "0")]
    [InlineData(1, "FFFFR", "0123")]
    [InlineData(0, "FFFFR", "0123")]
    [InlineData(-1, "FFFFR", "")]
    [InlineData(1, "RFCSJ", "1234")]
    [InlineData(3, "CSJO", "0")]
    [InlineData(1, "NR", "0")]
    [InlineData(1, "PR", "")]
    public void Scenario_040_The_oldest_ended_tasks_go(long limit, string tasks, string deleted)
    {
        var pruned = TaskHistory.Prune([.. tasks.Select(NewTask)], limit);

        Assert.Equal(deleted.Select(index => new TaskId(index.ToString())), pruned.Tasks);
    }

    [Theory]
    [InlineData(1, "RR", true)]
    [InlineData(1, "FRR", true)]
    [InlineData(2, "FRR", false)]
    [InlineData(0, "FR", false)]
    [InlineData(5, "RR", false)]
    public void A_slot_with_several_living_tasks_is_looked_at_again(long limit, string tasks, bool again) =>
        Assert.Equal(again, TaskHistory.Prune([.. tasks.Select(NewTask)], limit).LookAgain);

    [Fact]
    public void The_time_a_manager_noted_counts_before_the_time_the_agent_reported()
    {
        var first = NewTask('F', 0);
        var second = NewTask('F', 1) with { Status = new() { State = TaskState.Failed, AppliedAt = Start.AddHours(-1) } };

        Assert.Equal([second.Id], TaskHistory.Prune([first, second], 1).Tasks);
    }

    [Theory]
    [InlineData(0UL, 7)]
    [InlineData(3UL, 4)]
    [InlineData(ulong.MaxValue, long.MaxValue)]
    public void Scenario_043_A_limited_number_of_attempts_keeps_one_task_more(ulong attempts, long limit)
    {
        var service = new Service
        {
            Id = new("s"),
            Spec = new() { TaskTemplate = new() { Restart = new() { MaxAttempts = attempts } } },
        };
        var cluster = new Cluster { Id = new("c"), RootCa = new(), Spec = new() { TaskHistoryRetentionLimit = 7 } };

        Assert.Equal(limit, TaskHistory.LimitFor(service, cluster));
    }

    [Fact]
    public void Without_settings_five_tasks_are_kept() =>
        Assert.Equal(5, TaskHistory.LimitFor(new() { Id = new("s"), Spec = new() }, null));

    private static SwarmTask NewTask(char kind, int index) => new()
    {
        Id = new(index.ToString()),
        ServiceId = new("s"),
        Slot = 1,
        Spec = new(),
        DesiredState = kind is 'R' or 'P' ? TaskState.Running : TaskState.Shutdown,
        Status = new()
        {
            Timestamp = Start.AddMinutes(index),
            State = kind switch
            {
                'N' or 'P' => TaskState.Pending,
                'R' => TaskState.Running,
                'C' => TaskState.Complete,
                'S' => TaskState.Shutdown,
                'F' => TaskState.Failed,
                'J' => TaskState.Rejected,
                _ => TaskState.Orphaned,
            },
        },
    };
}
