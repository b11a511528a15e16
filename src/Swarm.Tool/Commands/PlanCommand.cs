using System.CommandLine;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm plan</c>: what a deployment or a change would do, without doing it.</summary>
internal static class PlanCommand
{
    public static Command Create() => new(
        "plan",
        "Shows what a change would start, stop and place, and what is in its way; nothing is changed. Ends with "
        + $"{ExitCode.Failure} when it would be refused or there is no room for all tasks.")
    {
        PlanServiceCommand.Create(),
        PlanStackCommand.Create(),
    };
}
