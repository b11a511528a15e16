using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Swarm.Net.Naming;

namespace Swarm.Net.Tests.Naming;

public sealed class NameServerTests
{
    private const int NoError = 0;
    private const int FormatError = 1;
    private const int ServerFailure = 2;
    private const int NoSuchName = 3;

    private static readonly NameRecord[] Records =
    [
        new("web", [IPAddress.Parse("10.0.0.2")]),
        new("tasks.web", [.. Enumerable.Range(3, 4).Select(i => new IPAddress([10, 0, 0, (byte)i]))]),
        new("web.1.abc", [IPAddress.Parse("10.0.0.3"), IPAddress.Parse("fd00::3")], IsReversed: true),
        new("shared", [IPAddress.Parse("10.0.0.8")]),
        new("shared", [IPAddress.Parse("10.0.0.9")]),
    ];

    [Fact]
    public async Task Names_are_answered_whatever_their_case()
    {
        await using var server = Server();

        Assert.Equal((NoError, "10.0.0.2"), await AskAsync(server, "web"));
        Assert.Equal((NoError, "10.0.0.2"), await AskAsync(server, "WeB"));
        Assert.Equal((NoError, "fd00::3"), await AskAsync(server, "web.1.abc", DnsAnswer.Aaaa));
        var (_, shared) = await AskAsync(server, "shared");
        Assert.Equal(["10.0.0.8", "10.0.0.9"], shared.Split(' ').Order());
    }

    [Fact]
    public async Task A_name_without_an_address_of_the_type_has_no_record_and_an_unknown_one_does_not_exist()
    {
        await using var server = Server();

        Assert.Equal((NoError, ""), await AskAsync(server, "web", DnsAnswer.Aaaa));
        Assert.Equal((NoSuchName, ""), await AskAsync(server, "elsewhere"));
    }

    [Fact]
    public async Task Several_addresses_take_turns_at_the_front()
    {
        await using var server = Server();
        var firsts = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            var addresses = (await AskAsync(server, "tasks.web")).Answers.Split(' ');
            Assert.Equal(4, addresses.Length);
            firsts.Add(addresses[0]);
        }

        Assert.Equal(4, firsts.Count);
    }

    [Fact]
    public async Task Addresses_of_tasks_have_names()
    {
        await using var server = Server();

        Assert.Equal((NoError, "web.1.abc"), await AskAsync(server, "3.0.0.10.in-addr.arpa", DnsAnswer.Ptr));
        Assert.Equal((NoSuchName, ""), await AskAsync(server, "2.0.0.10.in-addr.arpa", DnsAnswer.Ptr));
    }

    [Fact]
    public async Task Answers_that_are_too_long_are_cut_and_say_so()
    {
        await using var server = Server();
        server.Apply([new("many", [.. Enumerable.Range(0, 100).Select(i => new IPAddress([10, 0, 1, (byte)i]))])]);

        var answer = await SendAsync(server, Question("many", DnsAnswer.A));

        Assert.True(answer.Length <= 512);
        Assert.NotEqual(0, answer[2] & 2);
        Assert.InRange(BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)), 20, 40);
    }

    [Fact]
    public async Task Answers_that_are_too_long_for_a_packet_are_whole_over_TCP()
    {
        await using var server = Server();
        server.Apply([new("many", [.. Enumerable.Range(0, 200).Select(i => new IPAddress([10, 0, 1, (byte)i]))])]);

        var answer = await SendByTcpAsync(server, Question("many", DnsAnswer.A));

        Assert.Equal(0, answer[2] & 2);
        Assert.Equal(200, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)));

        await using var other = Server(server.Address);
        Assert.Equal(200, BinaryPrimitives.ReadUInt16BigEndian(
            (await SendByTcpAsync(other, Question("many", DnsAnswer.A))).AsSpan(6)));
    }

    [Fact]
    public async Task Other_names_are_asked_of_the_forwarders_in_turn()
    {
        await using var other = Server();
        other.Apply([new("example.org", [IPAddress.Parse("192.0.2.80")])]);
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nobody = (IPEndPoint)closed.LocalEndPoint!;
        closed.Dispose();

        await using var server = Server(nobody, other.Address);
        Assert.Equal((NoError, "192.0.2.80"), await AskAsync(server, "example.org"));
        Assert.Equal((NoError, "10.0.0.2"), await AskAsync(server, "web"));

        await using var alone = Server(nobody);
        Assert.Equal((ServerFailure, ""), await AskAsync(alone, "example.org"));
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_to_be_malformed_and_the_server_goes_on()
    {
        await using var server = Server();
        var pointer = Question("web", DnsAnswer.A);
        pointer[12] = 0xC0;

        Assert.Equal(FormatError, (await SendAsync(server, pointer))[3] & 15);
        Assert.Equal((NoError, "10.0.0.2"), await AskAsync(server, "web"));
    }

    [Fact]
    public void No_bytes_are_too_strange_to_be_read() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        Gen.Choose(0, 60).ToArbitrary(),
        (noise, at) =>
        {
            var message = Question("tasks.web", DnsAnswer.A);
            noise.AsSpan(0, Math.Min(noise.Length, Math.Max(0, message.Length - at)))
                .CopyTo(message.AsSpan(Math.Min(at, message.Length)));
            return IsSound(message) && IsSound(noise);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static bool IsSound(byte[] message) =>
        !DnsQuery.TryRead(message, out var query)
        || (query.Length <= message.Length && query.Name.Length <= 255 && query.Limit is >= 512 and <= 1232);

    private static NameServer Server(params IPEndPoint[] forwarders)
    {
        var options = new NameServerOptions { Listen = new(IPAddress.Loopback, 0) };
        foreach (var forwarder in forwarders)
        {
            options.Forwarders.Add(forwarder);
        }

        var server = new NameServer(options);
        server.Apply(Records);
        return server;
    }

    private static byte[] Question(string name, ushort type)
    {
        List<byte> message = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (var label in name.Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(System.Text.Encoding.ASCII.GetBytes(label));
        }

        return [.. message, 0, (byte)(type >> 8), (byte)type, 0, 1];
    }

    private static async Task<byte[]> SendByTcpAsync(NameServer server, byte[] question)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(server.Address, limit.Token);
        await DnsStreams.SendAsync(socket, question, limit.Token);
        var answer = new byte[DnsStreams.MaxMessage];
        return answer[..await DnsStreams.ReceiveAsync(socket, answer, limit.Token)];
    }

    private static async Task<byte[]> SendAsync(NameServer server, byte[] message)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(server.Address);
        await socket.SendAsync(message);
        var buffer = new byte[4_096];
        return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
    }

    private static async Task<(int Result, string Answers)> AskAsync(
        NameServer server,
        string name,
        ushort type = DnsAnswer.A)
    {
        var question = Question(name, type);
        var answer = await SendAsync(server, question);
        Assert.Equal(question[..2], answer[..2]);
        var records = new List<string>();
        var at = question.Length;
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)); left > 0; left--)
        {
            Assert.Equal(type, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 2)));
            Assert.Equal(5u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(at + 6)));
            var length = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 10));
            var data = answer[(at + 12)..(at + 12 + length)];
            records.Add(type == DnsAnswer.Ptr ? NameOf(data) : new IPAddress(data).ToString());
            at += 12 + length;
        }

        Assert.Equal(answer.Length, at);
        return (answer[3] & 15, string.Join(' ', records));
    }

    private static string NameOf(byte[] data)
    {
        var labels = new List<string>();
        for (var at = 0; data[at] != 0; at += data[at] + 1)
        {
            labels.Add(System.Text.Encoding.ASCII.GetString(data, at + 1, data[at]));
        }

        return string.Join('.', labels);
    }
}
