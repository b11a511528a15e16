using System.Text;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Transport;

/// <summary>What a connection is for. Numbers are on the wire.</summary>
internal enum ConnectionPurpose
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Messages of the consensus, one after the other.</summary>
    Messages = 1,

    /// <summary>One snapshot.</summary>
    Snapshot = 2,
}

/// <summary>The first thing that is said: who opened the connection, whom it is for, and in which group.</summary>
internal sealed record Hello(ulong Version, string Cluster, PeerId From, PeerId To, ConnectionPurpose Purpose)
{
    /// <summary>The version of this protocol.</summary>
    public const ulong Current = 1;

    private const int MaxText = 1024;

    /// <exception cref="RaftProtocolException">The bytes are no greeting.</exception>
    public static Hello Read(ReadOnlyMemory<byte> body)
    {
        var hello = new Hello(0, "", 0, 0, ConnectionPurpose.None);
        var fields = new ProtoFields(body);
        while (fields.MoveNext())
        {
            hello = fields.Number switch
            {
                1 => hello with { Version = fields.Varint },
                2 => hello with { Cluster = ReadText(fields.Bytes.Span) },
                3 => hello with { From = fields.Varint },
                4 => hello with { To = fields.Varint },
                5 => hello with { Purpose = (ConnectionPurpose)(int)Math.Min(fields.Varint, int.MaxValue) },
                _ => hello,
            };
        }

        return hello;
    }

    /// <summary>Text of the other side, for the log: bounded, and without what could forge a line.</summary>
    public static string ReadText(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, MaxText)]);
        return string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) ? '?' : from[i];
            }
        });
    }

    public void Write(FrameBuffer buffer)
    {
        buffer.WriteField(1, Version);
        buffer.WriteField(2, Encoding.UTF8.GetBytes(Cluster));
        buffer.WriteField(3, From);
        buffer.WriteField(4, To);
        buffer.WriteField(5, (ulong)Purpose);
    }

    /// <summary>Why a member does not take the connection; null when it does.</summary>
    public string? WhyRefused(string cluster, PeerId self, bool isKnown) => this switch
    {
        { Version: not Current } => $"the other side speaks version {Version} of the protocol, this one {Current}",
        _ when Cluster != cluster => $"this member belongs to the group '{cluster}', not to '{Cluster}'",
        _ when To != self => $"this is member {self}, not {To}: the address is not the one of that member",
        _ when From.IsNobody || From == self => $"member {From} cannot connect to member {self}",
        _ when !isKnown => $"member {self} knows no address of a member {From}",
        { Purpose: not (ConnectionPurpose.Messages or ConnectionPurpose.Snapshot) } =>
            $"connections have no purpose {(int)Purpose}",
        _ => null,
    };
}
