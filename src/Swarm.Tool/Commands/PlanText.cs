using System.Globalization;
using System.Text;
using System.Text.Json;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>Plans of services for people, and whether they would go through.</summary>
internal static class PlanText
{
    /// <summary>True when nothing is refused and every new task has a node.</summary>
    public static bool IsGood(JsonElement plan) =>
        plan.TextAt("Kind") != "refused" && !plan.At("Unplaced").Items().Any();

    public static string Format(string service, JsonElement plan)
    {
        var text = new StringBuilder($"service {service}: {Summary(plan)}\n");
        foreach (var conflict in plan.At("Conflicts").Items())
        {
            text.Append(CultureInfo.InvariantCulture, $"  {conflict.GetString()}\n");
        }

        foreach (var node in plan.At("Placements").Items())
        {
            var name = node.TextAt("Hostname") is { Length: > 0 } hostname ? hostname : node.TextAt("NodeID");
            text.Append(CultureInfo.InvariantCulture, $"  + {Tasks(node)} on {name}\n");
        }

        foreach (var shortage in plan.At("Unplaced").Items())
        {
            text.Append(CultureInfo.InvariantCulture, $"  ! {Tasks(shortage)} without a node: {shortage.TextAt("Reason")}\n");
        }

        return text.ToString();
    }

    private static string Summary(JsonElement plan)
    {
        var (start, stop) = (plan.NumberAt("TasksToStart"), plan.NumberAt("TasksToStop"));
        var replaced = plan.NumberAt("SlotsToReplace");
        var counts = string.Create(CultureInfo.InvariantCulture, $"start {start}, stop {stop}");
        return plan.TextAt("Kind") switch
        {
            "nothing" => "nothing to do",
            "refused" => "would be refused",
            var kind when replaced > 0 => string.Create(
                CultureInfo.InvariantCulture,
                $"{kind} ({counts}; {replaced} replaced step by step)"),
            var kind => $"{kind} ({counts})",
        };
    }

    private static string Tasks(JsonElement counted) => counted.NumberAt("Tasks") is var count and not 1
        ? string.Create(CultureInfo.InvariantCulture, $"{count} tasks")
        : "1 task";
}
