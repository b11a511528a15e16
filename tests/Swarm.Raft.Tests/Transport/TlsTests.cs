using System.Net;
using System.Net.Sockets;

namespace Swarm.Raft.Tests.Transport;

/// <summary>Who is let in where certificates are required.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task Members_of_another_root_are_refused_on_both_sides()
    {
        using var ours = new TestAuthority();
        using var theirs = new TestAuthority("another root");
        var (first, second) = (Member(1), Member(2));
        await StartAsync(first, second, ours.Of(1));
        await StartAsync(second, first, theirs.Of(2));

        await TestGroup.UntilAsync(() => first.Log.Has("cannot send to member 2"));
        await TestGroup.UntilAsync(() => first.Log.Has("refuses a connection from"));
        Assert.False(first.Transport.IsConnected(2));
        Assert.True(first.Node.Leader.IsNobody);
        await StopAsync(first, second);
    }

    [Fact]
    public async Task A_member_with_the_certificate_of_another_is_refused_with_the_reason()
    {
        using var authority = new TestAuthority();
        var (first, second) = (Member(1), Member(2));
        await StartAsync(first, second, authority.Of(1));
        await StartAsync(second, first, authority.Of(3));

        await TestGroup.UntilAsync(() => first.Log.Has("'CN=member 3' is not that of member 2"));
        Assert.True(first.Node.Leader.IsNobody);
        await StopAsync(first, second);
    }

    [Fact]
    public async Task Plain_text_is_refused_where_certificates_are_required()
    {
        using var authority = new TestAuthority();
        var (first, second) = (Member(1), Member(2));
        await StartAsync(first, second, authority.Of(1));
        await StartAsync(second, first, null);

        await TestGroup.UntilAsync(() => first.Log.Has("refuses a connection from"));
        Assert.False(second.Transport.IsConnected(1));
        await StopAsync(first, second);
    }

    [Fact]
    public async Task Another_group_is_refused_with_the_reason_in_both_logs()
    {
        var (first, second) = (Member(1), Member(2));
        await StartAsync(first, second, null, "red");
        await StartAsync(second, first, null, "blue");

        await TestGroup.UntilAsync(() => second.Log.Has("belongs to the group 'red', not to 'blue'"));
        await TestGroup.UntilAsync(() => first.Log.Has("belongs to the group 'red', not to 'blue'"));
        await StopAsync(first, second);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_an_error_at_the_start()
    {
        var (first, second) = (Member(1), Member(2));
        await StartAsync(first, second, null);
        var third = new TestMember(3, (IPEndPoint)first.Address);

        await Assert.ThrowsAsync<SocketException>(() => StartAsync(third, first, null));
        await StopAsync(first);
    }

    [Fact]
    public async Task Entries_that_do_not_fit_into_frames_are_an_error_at_the_start()
    {
        var options = new RaftNodeOptions();
        var member = Member(1);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => member.StartAsync(
            [1],
            new Dictionary<PeerId, EndPoint>(),
            options with { Core = options.Core with { MaxEntryBytes = 16 * 1024 * 1024 } },
            new TcpRaftTransportOptions()));

        Assert.Contains("raise that, or lower MaxAppendBytes and MaxEntryBytes", error.Message, StringComparison.Ordinal);
    }

    private static TestMember Member(ulong id) => new(id, TestGroup.FreePort());

    private static Task StartAsync(TestMember member, TestMember other, RaftTlsOptions? tls, string cluster = "test") =>
        member.StartAsync(
            [1, 2],
            new Dictionary<PeerId, EndPoint> { [other.Id] = other.Address },
            new RaftNodeOptions { TickInterval = TimeSpan.FromMilliseconds(20) },
            new TcpRaftTransportOptions { Cluster = cluster, Tls = tls, Logger = member.Log });

    private static async Task StopAsync(params TestMember[] members)
    {
        foreach (var member in members)
        {
            await member.StopAsync();
        }
    }
}
