namespace Swarm.Scheduling;

/// <summary>
/// Docker's order of nodes as a number, lower is better: failures once there are too many, tasks of the service, score,
/// tasks in total, position in the order of ids. The last bit remembers that the filters have passed the node.
/// </summary>
internal readonly record struct NodeRank : IComparable<NodeRank>
{
    private const int FailureBits = 12;
    private const int ServiceBits = 20;
    private const int MaxFailures = (1 << FailureBits) - 1;
    private const int MaxServiceTasks = (1 << ServiceBits) - 1;

    private readonly ulong _high;
    private readonly ulong _low;

    private NodeRank(ulong high, ulong low)
    {
        _high = high;
        _low = low;
    }

    public NodeRank(int failures, int serviceTasks, float score, int totalTasks, int position)
    {
        _high = ((ulong)Math.Min(failures, MaxFailures) << (ServiceBits + 32))
            | ((ulong)Math.Min(serviceTasks, MaxServiceTasks) << 32)
            | Descending(score);
        _low = ((ulong)(uint)totalTasks << 32) | ((ulong)(uint)position << 1);
    }

    public int Position => (int)((uint)_low >> 1);

    public bool HasPassed => (_low & 1) != 0;

    public NodeRank Passed => new(_high, _low | 1);

    public int CompareTo(NodeRank other) =>
        _high != other._high ? _high.CompareTo(other._high) : _low.CompareTo(other._low);

    public static bool operator <(NodeRank left, NodeRank right) =>
        left._high < right._high || (left._high == right._high && left._low < right._low);

    public static bool operator >(NodeRank left, NodeRank right) => right < left;

    // Maps floats to integers in opposite order: what is not a number sorts last.
    private static uint Descending(float score)
    {
        if (score == 0)
        {
            return 0x8000_0000;
        }

        if (float.IsNaN(score))
        {
            return uint.MaxValue;
        }

        var bits = BitConverter.SingleToUInt32Bits(score);
        return (bits & 0x8000_0000) != 0 ? bits : ~bits & 0x7FFF_FFFF;
    }
}
