namespace Swarm.Net.Ipvs;

/// <summary>Flags of netlink messages (<c>linux/netlink.h</c>).</summary>
[Flags]
internal enum NetlinkFlags : ushort
{
    None = 0,
    Request = 1,
    Multi = 2,
    Ack = 4,
    Root = 0x100,
    Match = 0x200,
    Dump = Root | Match,
}
