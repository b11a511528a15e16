using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Hosting.Gossip;

namespace Swarm.Hosting.Tests.Gossip;

public sealed class GossipTests
{
    private static readonly ValueList<byte> Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    private readonly GossipPort _port = new(() => [[.. new byte[16]], Key], TimeProvider.System, NullLogger.Instance);

    [Fact]
    public void Whoever_comes_is_told_of_those_who_came_before()
    {
        Assert.Equal(["n1"], Ask(Member("n1", 1)));
        Assert.Equal(["n1", "n2"], Ask(Member("n2", 1)));
        Assert.Equal(["n1", "n2", "n3"], Ask(Member("n3", 1), Member("n2", 1)));
    }

    [Fact]
    public void Who_is_gone_is_not_passed_on_until_it_says_otherwise()
    {
        Ask(Member("n1", 1));

        Assert.Equal(["n2"], Ask(Member("n2", 1), Member("n1", 1, state: 2)));
        Assert.Equal(["n2"], Ask(Member("n2", 1)));
        Assert.Equal(["n1", "n2"], Ask(Member("n1", 3)));
        Assert.Equal(["n1", "n2"], Ask(Member("n1", 2, state: 2)));
    }

    [Fact]
    public void Compressed_messages_are_understood()
    {
        var message = MemberList.Write([.. Enumerable.Range(0, 300).Select(i => Read(Member($"node-{i}", i)))]);
        byte[] compressed = [MemberList.Compressed, 0x82, .. Text("Algo"), 0, .. Text("Buf"), .. Bytes(Compress(message))];

        Assert.Equal(300, MemberList.Read(compressed).Count);
        Assert.True(compressed.Length < message.Length);
    }

    [Fact]
    public void Whatever_was_compressed_comes_out_as_it_was() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        data =>
        {
            byte[] repeated = [.. Enumerable.Repeat(data ?? [], 400).SelectMany(item => item)];
            Assert.Equal(repeated, GoLzw.Expand(Compress(repeated), int.MaxValue));
        }).Check(FsCheck.Config.QuickThrowOnFailure);

    [Fact]
    public void No_bytes_do_more_than_be_refused() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        data =>
        {
            foreach (var kind in new byte[] { MemberList.PushPull, MemberList.Compressed, 0 })
            {
                try
                {
                    MemberList.Read([kind, .. data ?? []]);
                }
                catch (Exception exception) when (exception is InvalidDataException or OverflowException)
                {
                    // Refused.
                }
            }
        }).Check(FsCheck.Config.QuickThrowOnFailure);

    [Fact]
    public void Other_keys_and_changed_bytes_get_no_answer()
    {
        var message = MemberList.Write([Read(Member("n1", 1))]);
        var foreign = GossipEnvelope.Seal(message, [.. Enumerable.Repeat((byte)7, 16)]);
        var changed = GossipEnvelope.Seal(message, Key);
        changed[^1]++;

        Assert.Null(_port.Answer(foreign.AsSpan(0, 5), foreign.AsSpan(5)));
        Assert.Null(_port.Answer(changed.AsSpan(0, 5), changed.AsSpan(5)));
        Assert.Null(_port.Answer(changed.AsSpan(0, 5), []));
    }

    [Fact]
    public async Task It_answers_on_its_port_until_stopped()
    {
        using var stop = new CancellationTokenSource();
        var address = IPAddress.Parse("127.77.46.1");
        var running = _port.RunAsync(new(address, GossipPort.Number), stop.Token);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(address, GossipPort.Number);
        await using var stream = client.GetStream();

        await stream.WriteAsync(GossipEnvelope.Seal(MemberList.Write([Read(Member("n1", 1))]), Key));
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);

        Assert.Equal(["n1"], Names(answer.ToArray()));
        await stop.CancelAsync();
        await running;
    }

    private string[] Ask(params byte[][] members)
    {
        var question = GossipEnvelope.Seal(MemberList.Write([.. members.Select(Read)]), Key);
        return Names(_port.Answer(question.AsSpan(0, 5), question.AsSpan(5))!);
    }

    private static string[] Names(byte[] answer)
    {
        var opened = GossipEnvelope.Open(answer.AsSpan(0, 5), answer.AsSpan(5), [Key])!.Value;
        return [.. MemberList.Read(opened.Message).Select(member => member.Name).Order(StringComparer.Ordinal)];
    }

    private static GossipMember Read(byte[] member) =>
        Assert.Single(MemberList.Read([MemberList.PushPull, 0x81, .. Text("Nodes"), 1, .. member]));

    // As engines write it: Go's names, strings and bytes alike.
    private static byte[] Member(string name, int incarnation, byte state = 0) =>
    [
        0x87, .. Text("Name"), .. Text(name), .. Text("Addr"), .. Bytes([10, 0, 0, 1]),
        .. Text("Port"), 0xcd, 0x1f, 0x0a, .. Text("Meta"), 0xc0,
        .. Text("Incarnation"), 0xce, 0, 0, (byte)(incarnation >> 8), (byte)incarnation,
        .. Text("State"), state, .. Text("Vsn"), .. Bytes([1, 5, 2, 0, 0, 0]),
    ];

    private static byte[] Text(string text) => [(byte)(0xa0 | text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Bytes(byte[] bytes) => bytes.Length < 32
        ? [(byte)(0xa0 | bytes.Length), .. bytes]
        : [0xda, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];

    // The textbook's coder, with the widths that Go has.
    private static byte[] Compress(byte[] data)
    {
        var (output, bits, count, width, high) = (new List<byte>(), 0UL, 0, 9, 257);
        var table = new Dictionary<(int Prefix, byte Next), int>();
        var code = -1;
        Put(256);
        foreach (var next in data)
        {
            if (code < 0)
            {
                code = next;
            }
            else if (table.TryGetValue((code, next), out var longer))
            {
                code = longer;
            }
            else
            {
                Put(code);
                high++;
                if (high == 1 << width && width < 12)
                {
                    width++;
                }

                if (high == 4095)
                {
                    Put(256);
                    table.Clear();
                    (width, high) = (9, 257);
                }
                else
                {
                    table[(code, next)] = high;
                }

                code = next;
            }
        }

        if (code >= 0)
        {
            Put(code);
            high++;
            if (high == 1 << width && width < 12)
            {
                width++;
            }
        }

        Put(257);
        while (count > 0)
        {
            output.Add((byte)bits);
            (bits, count) = (bits >> 8, count - 8);
        }

        return [.. output];

        void Put(int value)
        {
            bits |= (ulong)value << count;
            for (count += width; count >= 8; count -= 8)
            {
                output.Add((byte)bits);
                bits >>= 8;
            }
        }
    }
}
