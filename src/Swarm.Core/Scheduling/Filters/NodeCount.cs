namespace Swarm.Scheduling.Filters;

internal static class NodeCount
{
    public static string Of(int count) => count == 1 ? "1 node" : $"{count} nodes";
}
