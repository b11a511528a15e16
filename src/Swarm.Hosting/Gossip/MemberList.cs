using System.Text;

namespace Swarm.Hosting.Gossip;

/// <summary>A node as engines tell each other of it.</summary>
/// <param name="Name">Name of the node in the gossip.</param>
/// <param name="Incarnation">Counts what the node has said of itself.</param>
/// <param name="IsAlive">False for nodes that are suspected, or gone.</param>
/// <param name="Encoded">Everything else, as the engine wrote it; it is passed on as it is.</param>
internal sealed record GossipMember(string Name, long Incarnation, bool IsAlive, byte[] Encoded);

/// <summary>The message in which two nodes exchange whom they know.</summary>
internal static class MemberList
{
    public const byte PushPull = 6;
    public const byte Compressed = 9;

    /// <summary>Most bytes of a message, expanded.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int MaxMembers = 10_000;

    /// <summary>Reads a message, without its envelope of encryption.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static List<GossipMember> Read(ReadOnlySpan<byte> message)
    {
        if (message is [Compressed, .. var packed])
        {
            message = Expand(packed);
        }

        if (message is not [PushPull, .. var body])
        {
            throw new InvalidDataException("the message is no exchange of members");
        }

        var reader = new PackReader(body);
        var count = ReadCount(ref reader);
        var members = new List<GossipMember>();
        for (var i = 0L; i < count; i++)
        {
            members.Add(ReadMember(ref reader, body));
        }

        return members;
    }

    /// <summary>Writes an answer.</summary>
    public static byte[] Write(IReadOnlyCollection<GossipMember> members)
    {
        var output = new List<byte> { PushPull, 0x83 };
        Write(output, "Nodes");
        output.AddRange([0xcd, (byte)(members.Count >> 8), (byte)members.Count]);
        Write(output, "UserStateLen");
        output.Add(0);
        Write(output, "Join");
        output.Add(0xc2);
        foreach (var member in members)
        {
            output.AddRange(member.Encoded);
        }

        return [.. output];
    }

    private static byte[] Expand(ReadOnlySpan<byte> packed)
    {
        var reader = new PackReader(packed);
        ReadOnlySpan<byte> buffer = [];
        for (var fields = reader.ReadMapCount(); fields > 0; fields--)
        {
            if (reader.ReadBytes().SequenceEqual("Buf"u8))
            {
                buffer = reader.ReadBytes();
            }
            else
            {
                reader.Skip();
            }
        }

        return GoLzw.Expand(buffer, MaxBytes);
    }

    private static long ReadCount(ref PackReader reader)
    {
        var count = 0L;
        for (var fields = reader.ReadMapCount(); fields > 0; fields--)
        {
            if (reader.ReadBytes().SequenceEqual("Nodes"u8))
            {
                count = reader.ReadNumber();
            }
            else
            {
                reader.Skip();
            }
        }

        return count is >= 0 and <= MaxMembers
            ? count
            : throw new InvalidDataException($"the message speaks of {count} members, at most {MaxMembers} are taken");
    }

    private static GossipMember ReadMember(ref PackReader reader, ReadOnlySpan<byte> body)
    {
        var start = reader.Position;
        var (name, incarnation, state) = ("", 0L, 0L);
        for (var fields = reader.ReadMapCount(); fields > 0; fields--)
        {
            var field = reader.ReadBytes();
            if (field.SequenceEqual("Name"u8))
            {
                name = Encoding.UTF8.GetString(reader.ReadBytes());
            }
            else if (field.SequenceEqual("Incarnation"u8))
            {
                incarnation = reader.ReadNumber();
            }
            else if (field.SequenceEqual("State"u8))
            {
                state = reader.ReadNumber();
            }
            else
            {
                reader.Skip();
            }
        }

        return new(name, incarnation, state == 0, body[start..reader.Position].ToArray());
    }

    private static void Write(List<byte> output, string text)
    {
        output.Add((byte)(0xa0 | text.Length));
        output.AddRange(Encoding.ASCII.GetBytes(text));
    }
}
