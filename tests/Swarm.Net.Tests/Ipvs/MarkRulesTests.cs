using System.Net;
using Swarm.Net.Ipvs;
using Swarm.Net.Kernel;

namespace Swarm.Net.Tests.Ipvs;

public sealed class MarkRulesTests
{
    private static readonly MarkedServer Everywhere = new(new(IPAddress.IPv6Any, 80), 0x5357_0001, true, true);
    private static readonly MarkedServer Loopback = new(
        new(IPAddress.Parse("127.0.0.9"), 53, Transport.Udp), 0x5357_0002, true, false);

    [Fact]
    public void Only_what_has_changed_is_written_and_a_new_mark_is_known_before_it_is_used()
    {
        var rules = new MarkRules(new IpvsOptions());
        var before = new MarkTable([Everywhere], [Everywhere.Mark]);
        var after = new MarkTable([Loopback], [Everywhere.Mark, Loopback.Mark]);

        Assert.Equal("", rules.Change(before, before));
        Assert.Equal(
            [
                "add element inet swarm_ipvs marks { 1398210562 }",
                "delete element inet swarm_ipvs everywhere4 { tcp . 80 }",
                "delete element inet swarm_ipvs everywhere6 { tcp . 80 }",
                "add element inet swarm_ipvs address4 { 127.0.0.9 . udp . 53 : 1398210562 }",
            ],
            rules.Change(before, after).ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [SkippableFact]
    public async Task What_is_written_is_read_again()
    {
        var options = new IpvsOptions { Table = $"swarm_marks_{Environment.ProcessId}" };
        var obstacle = await MarkWriter.FindObstacleAsync(options, default);
        Skip.If(obstacle is not null, obstacle);
        var written = new MarkTable([Everywhere, Loopback], [Everywhere.Mark, Loopback.Mark, 0x5357_0003]);
        var writer = new MarkWriter(options);
        try
        {
            var (refusal, added) = await writer.WriteAsync(written);
            Assert.Null(refusal);
            Assert.Equal(2, added.Length);

            var (servers, marks) = await writer.ReadAsync();

            Assert.Equal(
                new Dictionary<Frontend, uint> { [Everywhere.Frontend] = Everywhere.Mark, [Loopback.Frontend] = Loopback.Mark },
                servers);
            Assert.Equal(written.Marks, marks);
        }
        finally
        {
            await writer.EndAsync();
        }

        var (none, unmarked) = await writer.ReadAsync();
        Assert.Empty(none);
        Assert.Empty(unmarked);
        var listed = await KernelCommand.RunAsync("nft", ["list", "table", "inet", options.Table], "", default);
        Assert.NotEqual(0, listed.ExitCode);
    }
}
