namespace Swarm.Net.Balancing;

/// <summary>By a hash of the client, over a Maglev table.</summary>
internal sealed class HashTable(BackendSlot[] slots, bool byAddress) : PickTable
{
    private readonly ushort[] _table = MaglevTable.Build(slots);

    public override BackendSlot Pick(in FlowKey flow)
    {
        var hash = byAddress ? flow.AddressHash : flow.FlowHash;
        return slots[_table[Hashing.Scale((uint)hash, MaglevTable.Size)]];
    }
}
