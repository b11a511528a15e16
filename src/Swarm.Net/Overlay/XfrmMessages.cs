using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Swarm.Net.Netlink;

namespace Swarm.Net.Overlay;

/// <summary>
/// The language of IPsec (<c>linux/xfrm.h</c>), as far as tunnels of VXLAN need it: ESP in transport mode with
/// <c>rfc4106(gcm(aes))</c>. Pure. IPv4 only.
/// </summary>
internal static class XfrmMessages
{
    /// <summary>What tells our associations and policies, and packets that are to be encrypted, from all others.</summary>
    public const uint Mark = 0x5377_6D01;

    private const ushort InterNetwork = 2;
    private const byte Esp = 50;
    private const byte Udp = 17;
    private const byte Outgoing = 1;

    private const int AssociationSize = 224;
    private const int PolicySize = 168;
    private const int TemplateSize = 64;

    private const ushort NewAssociation = 16;
    private const ushort DeleteAssociation = 17;
    private const ushort GetAssociation = 18;
    private const ushort NewPolicy = 19;
    private const ushort DeletePolicy = 20;
    private const ushort GetPolicy = 21;
    private const ushort UpdatePolicy = 25;

    private const ushort Template = 5;
    private const ushort Aead = 18;
    private const ushort MarkAttribute = 21;

    private const NetlinkFlags Change = NetlinkFlags.Request | NetlinkFlags.Ack;
    private const NetlinkFlags Make = Change | NetlinkFlags.Create | NetlinkFlags.Exclusive;
    private const NetlinkFlags List = NetlinkFlags.Request | NetlinkFlags.Dump;

    public static NetlinkWriter ListAssociations() => new(GetAssociation, List);

    public static NetlinkWriter ListPolicies() => new(GetPolicy, List);

    /// <summary>Packets from one machine to another are decrypted, or can be encrypted, so.</summary>
    public static NetlinkWriter Add(Association association, ReadOnlySpan<byte> key)
    {
        Span<byte> body = new byte[AssociationSize];
        association.Target.TryWriteBytes(body[56..], out _);
        BinaryPrimitives.WriteUInt32BigEndian(body[72..], association.Spi);
        body[76] = Esp;
        association.Source.TryWriteBytes(body[80..], out _);
        body.Slice(96, 32).Fill(0xFF);
        MemoryMarshal.Write(body[208..], Mark);
        MemoryMarshal.Write(body[212..], InterNetwork);

        Span<byte> algorithm = new byte[72 + key.Length];
        const uint checkBits = 64;
        Encoding.ASCII.GetBytes("rfc4106(gcm(aes))", algorithm);
        MemoryMarshal.Write(algorithm[64..], (uint)key.Length * 8);
        MemoryMarshal.Write(algorithm[68..], checkBits);
        key.CopyTo(algorithm[72..]);
        return new NetlinkWriter(NewAssociation, Make).Header(body).Add(Aead, algorithm);
    }

    public static NetlinkWriter Remove(Association association)
    {
        Span<byte> body = stackalloc byte[24];
        body.Clear();
        association.Target.TryWriteBytes(body, out _);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], association.Spi);
        MemoryMarshal.Write(body[20..], InterNetwork);
        body[22] = Esp;
        return new NetlinkWriter(DeleteAssociation, Change).Header(body);
    }

    /// <summary>Marked packets of tunnels from one machine to another are encrypted by an association.</summary>
    /// <param name="association">The association.</param>
    /// <param name="port">The port of the tunnels.</param>
    /// <param name="isNew">Whether there is none for these machines yet.</param>
    public static NetlinkWriter Require(Association association, int port, bool isNew)
    {
        Span<byte> body = new byte[PolicySize];
        WriteSelector(body, association.Source, association.Target, port);
        body.Slice(56, 32).Fill(0xFF);
        body[160] = Outgoing;

        Span<byte> template = new byte[TemplateSize];
        association.Target.TryWriteBytes(template, out _);
        BinaryPrimitives.WriteUInt32BigEndian(template[16..], association.Spi);
        template[20] = Esp;
        MemoryMarshal.Write(template[24..], InterNetwork);
        association.Source.TryWriteBytes(template[28..], out _);
        MemoryMarshal.Write(template[44..], Mark);
        template[52..].Fill(0xFF);
        return new NetlinkWriter(isNew ? NewPolicy : UpdatePolicy, isNew ? Make : Change)
            .Header(body)
            .Add(Template, template)
            .Add(MarkAttribute, MarkBytes());
    }

    public static NetlinkWriter Remove(Policy policy, int port)
    {
        Span<byte> body = stackalloc byte[64];
        body.Clear();
        WriteSelector(body, policy.Source, policy.Target, port);
        body[60] = Outgoing;
        return new NetlinkWriter(DeletePolicy, Change).Header(body).Add(MarkAttribute, MarkBytes());
    }

    /// <summary>An association of ours; null for those of others.</summary>
    public static Association? ReadAssociation(NetlinkMessage message)
    {
        var body = message.Body.Span;
        return message.Type == NewAssociation
            && body.Length >= AssociationSize
            && MemoryMarshal.Read<uint>(body[208..]) == Mark
            && MemoryMarshal.Read<ushort>(body[212..]) == InterNetwork
                ? new Association(
                    new IPAddress(body.Slice(80, 4)),
                    new IPAddress(body.Slice(56, 4)),
                    BinaryPrimitives.ReadUInt32BigEndian(body[72..]))
                : null;
    }

    /// <summary>A policy of ours; null for those of others.</summary>
    public static Policy? ReadPolicy(NetlinkMessage message)
    {
        if (message.Type != NewPolicy || message.Body.Length < PolicySize)
        {
            return null;
        }

        var body = message.Body.Span;
        var attributes = NetlinkReader.Attributes(message.Body[PolicySize..]);
        return attributes.TryGetValue(MarkAttribute, out var mark)
            && mark.Length >= 4
            && MemoryMarshal.Read<uint>(mark.Span) == Mark
            && attributes.TryGetValue(Template, out var template)
            && template.Length >= TemplateSize
                ? new Policy(
                    new IPAddress(body.Slice(16, 4)),
                    new IPAddress(body[..4]),
                    BinaryPrimitives.ReadUInt32BigEndian(template.Span[16..]))
                : null;
    }

    private static void WriteSelector(Span<byte> selector, IPAddress source, IPAddress target, int port)
    {
        target.TryWriteBytes(selector, out _);
        source.TryWriteBytes(selector[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(selector[32..], (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(selector[34..], ushort.MaxValue);
        MemoryMarshal.Write(selector[40..], InterNetwork);
        selector[42] = 32;
        selector[43] = 32;
        selector[44] = Udp;
    }

    private static byte[] MarkBytes()
    {
        var bytes = new byte[8];
        MemoryMarshal.Write(bytes, Mark);
        MemoryMarshal.Write(bytes.AsSpan(4), uint.MaxValue);
        return bytes;
    }
}

/// <summary>How packets from one machine to another are encrypted.</summary>
/// <param name="Source">Who sends.</param>
/// <param name="Target">Who receives.</param>
/// <param name="Spi">Its number, which is in every packet.</param>
internal sealed record Association(IPAddress Source, IPAddress Target, uint Spi);

/// <summary>That packets from one machine to another are encrypted.</summary>
/// <param name="Source">Who sends.</param>
/// <param name="Target">Who receives.</param>
/// <param name="Spi">The association that is used.</param>
internal sealed record Policy(IPAddress Source, IPAddress Target, uint Spi);
