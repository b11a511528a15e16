using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Net.Netlink;

/// <summary>Writes one netlink message. Numbers are in the machine's byte order unless they say otherwise.</summary>
internal sealed class NetlinkWriter
{
    /// <summary>Bytes of a message's header.</summary>
    public const int HeaderSize = 16;

    private const ushort Nested = 0x8000;

    private byte[] _bytes = new byte[256];
    private int _length;

    /// <param name="type">The type of the message.</param>
    /// <param name="flags">Its flags.</param>
    public NetlinkWriter(ushort type, NetlinkFlags flags)
    {
        Put(0u);
        Put(type);
        Put((ushort)flags);
        Put(0u);
        Put(0u);
    }

    /// <summary>The header of generic netlink: what a family is to do.</summary>
    public NetlinkWriter Command(byte command)
    {
        const byte version = 1;
        Grow(4)[..4].Clear();
        _bytes[_length] = command;
        _bytes[_length + 1] = version;
        _length += 4;
        return this;
    }

    /// <summary>The header of a family that is not generic.</summary>
    public NetlinkWriter Header(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Grow(bytes.Length));
        _length += bytes.Length;
        return Pad();
    }

    public NetlinkWriter Add(ushort type, byte value) => Add(type, [value]);

    public NetlinkWriter Add(ushort type, ushort value)
    {
        Begin(type, 2);
        Put(value);
        return Pad();
    }

    public NetlinkWriter Add(ushort type, uint value)
    {
        Begin(type, 4);
        Put(value);
        return this;
    }

    /// <summary>A number in network order.</summary>
    public NetlinkWriter AddBigEndian(ushort type, ushort value) =>
        Add(type, BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    public NetlinkWriter Add(ushort type, ReadOnlySpan<byte> value)
    {
        Begin(type, value.Length);
        value.CopyTo(Grow(value.Length));
        _length += value.Length;
        return Pad();
    }

    /// <summary>A text, which ends with a zero.</summary>
    public NetlinkWriter Add(ushort type, string text) => Add(type, Encoding.ASCII.GetBytes($"{text}\0"));

    /// <summary>Attributes within an attribute.</summary>
    public NetlinkWriter Nest(ushort type, Action<NetlinkWriter> content)
    {
        var start = _length;
        Begin((ushort)(type | Nested), 0);
        content(this);
        MemoryMarshal.Write(_bytes.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    /// <summary>The message as it is sent.</summary>
    /// <param name="sequence">Its number, which the answer repeats.</param>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_bytes, (uint)_length);
        MemoryMarshal.Write(_bytes.AsSpan(8), sequence);
        return _bytes.AsSpan(0, _length);
    }

    private void Begin(ushort type, int size)
    {
        Put((ushort)(4 + size));
        Put(type);
    }

    private void Put(ushort value)
    {
        MemoryMarshal.Write(Grow(2), value);
        _length += 2;
    }

    private void Put(uint value)
    {
        MemoryMarshal.Write(Grow(4), value);
        _length += 4;
    }

    private NetlinkWriter Pad()
    {
        while (_length % 4 != 0)
        {
            Grow(1)[0] = 0;
            _length++;
        }

        return this;
    }

    private Span<byte> Grow(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        return _bytes.AsSpan(_length);
    }
}
