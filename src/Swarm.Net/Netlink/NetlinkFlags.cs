namespace Swarm.Net.Netlink;

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

    // The same bits mean something else in messages that make something.
#pragma warning disable CA1069
    Replace = 0x100,
    Exclusive = 0x200,
    Create = 0x400,
    Append = 0x800,
#pragma warning restore CA1069
}
