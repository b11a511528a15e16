using Google.Protobuf;
using Swarm.Hosting.Wire.Mapping;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Replication;

/// <summary>
/// A manager's state as the bytes of a snapshot, SwarmKit's V0. It is written and read object by object, so that a
/// large state takes no memory of its size: a field of a message may occur many times, and is then the parts' union.
/// </summary>
internal static class StateSnapshot
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>SwarmKit's nesting is far below; the library's own default.</summary>
    private const int MaxDepth = 100;

    /// <summary>Writes a state.</summary>
    /// <param name="objects">The store's objects.</param>
    /// <param name="membership">The managers.</param>
    /// <param name="destination">Where to; left open.</param>
    public static void Write(
        IEnumerable<ClusterObject> objects,
        Protos.ClusterSnapshot membership,
        Stream destination)
    {
        using var output = new CodedOutputStream(destination, BufferBytes, leaveOpen: true);
        new Protos.Snapshot
        {
            Version = Protos.Snapshot.Types.Version.V0,
            Membership = membership,
        }.WriteTo(output);
        var shared = new SharedMessages();
        foreach (var item in objects)
        {
            output.WriteTag(Protos.Snapshot.StoreFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteMessage(item.ToSnapshot(shared));
        }
    }

    /// <summary>Reads a state; its objects come as they are asked for.</summary>
    /// <param name="source">What <see cref="Write"/>, or a manager of Docker's, wrote.</param>
    /// <param name="membership">Takes the managers; all are there when the last object came.</param>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no snapshot.</exception>
    /// <exception cref="SwarmException">An object makes no sense.</exception>
    public static IEnumerable<ClusterObject> Read(Stream source, Protos.ClusterSnapshot membership)
    {
        var shared = new SharedRecords();
        using var input = CodedInputStream.CreateWithLimits(source, int.MaxValue, MaxDepth);
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case Protos.Snapshot.MembershipFieldNumber:
                    input.ReadMessage(membership);
                    break;
                case Protos.Snapshot.StoreFieldNumber:
                    var part = new Protos.StoreSnapshot();
                    input.ReadMessage(part);
                    foreach (var item in part.ToRecords(shared))
                    {
                        yield return item;
                    }

                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
    }
}
