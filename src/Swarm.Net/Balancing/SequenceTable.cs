namespace Swarm.Net.Balancing;

/// <summary>One after the other in a fixed order.</summary>
internal sealed class SequenceTable(BackendSlot[] sequence, PickCursor cursor) : PickTable
{
    public override BackendSlot Pick(in FlowKey flow) => sequence[cursor.Next((uint)sequence.Length)];
}
