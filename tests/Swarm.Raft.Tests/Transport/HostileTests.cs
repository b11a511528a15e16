using System.Net;
using System.Net.Sockets;
using System.Text;
using Swarm.Raft.Consensus;
using Swarm.Raft.Transport;

namespace Swarm.Raft.Tests.Transport;

/// <summary>Whoever can connect can say anything; the member closes, says why, and goes on.</summary>
public sealed class HostileTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly TestGroup _group = new(secure: false);
    private TestMember _member = null!;

    public static TheoryData<string, byte[], string> Openings => new()
    {
        { "another protocol", "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), "bytes came where 4096 are the most" },
        { "no greeting", Framed(FrameType.Message, [8, 3]), "in place of a greeting" },
        { "an unknown type", Framed((FrameType)99, []), "in place of a greeting" },
        { "a bad header", [0, 0, 0, 0, 1, 0, 0, 1], "not one of this protocol" },
        { "a bad greeting", Framed(FrameType.Hello, [0xFF, 0xFF]), "a number that does not end" },
        { "another version", Greeting(new Hello(2, "test", 2, 1, ConnectionPurpose.Messages)), "speaks version 2" },
        { "another group", Greeting(Hi with { Cluster = "prod\n" }), "the group 'test', not to 'prod?'" },
        { "another member", Greeting(Hi with { To = 7 }), "this is member 1, not 7" },
        { "a stranger", Greeting(Hi with { From = 9 }), "knows no address of a member 9" },
        { "itself", Greeting(Hi with { From = 1 }), "member 1 cannot connect to member 1" },
        { "no purpose", Greeting(Hi with { Purpose = (ConnectionPurpose)5 }), "no purpose 5" },
    };

    public static TheoryData<string, byte[], string> Messages => new()
    {
        { "a frame beyond the limit", [0xFF, 0xFF, 0xFF, 0x7F, 4, 0, 0, 0], "are the most" },
        { "no message", Framed(FrameType.Message, [0x3A, 0x7F]), "ends behind its data" },
        { "a greeting once more", Greeting(Hi), "in place of a message" },
        { "another's message", Framed(new Message { Type = MessageType.App, To = 1, From = 3, Term = 1 }), "speaks for" },
        { "a snapshot among messages", Framed(Snap), "without a connection of its own" },
    };

    public static TheoryData<string, byte[], string> Snapshots => new()
    {
        { "no snapshot", Framed(FrameType.SnapshotChunk, [1]), "in place of a snapshot" },
        { "another's", Framed(Snap with { From = 3 }, FrameType.SnapshotBegin), "speaks for" },
        { "an append", Framed(Snap with { Type = MessageType.App }, FrameType.SnapshotBegin), "not valid" },
        { "without a place", Framed(Snap with { Snapshot = null }, FrameType.SnapshotBegin), "not valid" },
        {
            "something within",
            [.. Framed(Snap, FrameType.SnapshotBegin), .. Framed(FrameType.Message, [])],
            "came within a snapshot"
        },
        {
            "bytes that were not sent",
            [
                .. Framed(Snap, FrameType.SnapshotBegin),
                .. Framed(FrameType.SnapshotChunk, [1, 2, 3]),
                .. Framed(FrameType.SnapshotEnd, new byte[SnapshotSender.EndSize]),
            ],
            "not those that were sent"
        },
    };

    private static Hello Hi => new(Hello.Current, "test", 2, 1, ConnectionPurpose.Messages);

    private static Message Snap => new()
    {
        Type = MessageType.Snap,
        To = 1,
        From = 2,
        Term = 50,
        Snapshot = new Snapshot
        {
            Metadata = new SnapshotMetadata { Index = 1000, Term = 1, ConfState = new ConfState { Voters = [1, 2] } },
        },
    };

    public async Task InitializeAsync()
    {
        await _group.FoundAsync(1);
        _member = await _group.LeaderAsync();
        _member.Transport.SetPeer(2, TestGroup.FreePort());
        _member.Transport.SetPeer(3, TestGroup.FreePort());
    }

    public Task DisposeAsync() => _group.DisposeAsync().AsTask();

    ValueTask IAsyncDisposable.DisposeAsync() => _group.DisposeAsync();

    [Theory]
    [MemberData(nameof(Openings))]
    public Task Whoever_opens_a_connection_wrongly_is_told_why(string what, byte[] bytes, string reason) =>
        AssertRefusedAsync(what, bytes, reason);

    [Theory]
    [MemberData(nameof(Messages))]
    public Task A_member_that_breaks_the_rules_is_told_why(string what, byte[] bytes, string reason) =>
        AssertRefusedAsync(what, [.. Greeting(Hi), .. bytes], reason);

    [Theory]
    [MemberData(nameof(Snapshots))]
    public async Task A_snapshot_that_is_none_leaves_nothing_behind(string what, byte[] bytes, string reason)
    {
        await AssertRefusedAsync(what, [.. Greeting(Hi with { Purpose = ConnectionPurpose.Snapshot }), .. bytes], reason);

        Assert.Null(_member.Storage.OpenReceivedSnapshot());
        Assert.True(_member.Storage.Snapshot.IsEmpty);
    }

    [Fact]
    public async Task A_message_of_nonsense_that_is_well_formed_changes_nothing()
    {
        using var client = await SendAsync(
            [.. Greeting(Hi), .. Framed(new Message { Type = (MessageType)77, To = 1, From = 2, Term = 1 })]);
        await _group.ProposeAsync("still here");

        Assert.Equal(["still here"], _member.Machine.All);
    }

    [Fact]
    public async Task Random_bytes_do_no_harm()
    {
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            byte[] all = i % 2 == 0 ? bytes : [.. Greeting(Hi), .. Framed(FrameType.Message, bytes)];
            using var client = await SendAsync(all);
        }

        await _group.ProposeAsync("still here");
        Assert.Equal(["still here"], _member.Machine.All);
    }

    private async Task AssertRefusedAsync(string what, byte[] bytes, string reason)
    {
        using var client = await SendAsync(bytes);
        using var answer = new MemoryStream();
        using var stream = new NetworkStream(client);
        await stream.CopyToAsync(answer).WaitAsync(TestGroup.Patience);

        Assert.Contains(reason, Encoding.UTF8.GetString(answer.ToArray()), StringComparison.Ordinal);
        await TestGroup.UntilAsync(() => _member.Log.Has(reason));
        await _group.ProposeAsync(what);
        Assert.Equal(what, _member.Machine.All[^1]);
    }

    private async Task<Socket> SendAsync(byte[] bytes)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync((IPEndPoint)_member.Address);
        await socket.SendAsync(bytes);
        return socket;
    }

    private static byte[] Greeting(Hello hello)
    {
        using var buffer = new FrameBuffer();
        buffer.Begin();
        hello.Write(buffer);
        buffer.End(FrameType.Hello);
        return buffer.Written.ToArray();
    }

    private static byte[] Framed(Message message, FrameType type = FrameType.Message)
    {
        using var buffer = new FrameBuffer();
        buffer.Begin();
        MessageCodec.Write(buffer, in message);
        buffer.End(type);
        return buffer.Written.ToArray();
    }

    private static byte[] Framed(FrameType type, byte[] body)
    {
        using var buffer = new FrameBuffer();
        buffer.Begin();
        buffer.Write(body);
        buffer.End(type);
        return buffer.Written.ToArray();
    }
}
