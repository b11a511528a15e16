using System.Reflection;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>What the consensus may touch, and the numbers it shares with etcd.</summary>
public sealed class PurityTests
{
    private static readonly string[] Rooms = ["Swarm.Raft.Consensus", "Swarm.Raft.Quorum", "Swarm.Raft.Tracking"];

    private static readonly string[] Foreign =
        ["System.IO", "System.Net", "System.Threading", "System.Diagnostics.Stopwatch", "System.DateTime", "System.Guid"];

    [Fact]
    public void The_core_knows_no_clock_no_disk_no_socket_and_no_thread()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly;
        var used = new HashSet<string>();
        foreach (var type in typeof(RaftCore).Assembly.GetTypes().Where(type => Rooms.Contains(type.Namespace)))
        {
            used.UnionWith(type.GetFields(All).Select(field => field.FieldType.FullName ?? ""));
            foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                used.UnionWith(method.GetParameters().Select(parameter => parameter.ParameterType.FullName ?? ""));
                used.UnionWith(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType.FullName ?? "") ?? []);
                used.Add((method as MethodInfo)?.ReturnType.FullName ?? "");
            }
        }

        Assert.Contains(used, name => name.StartsWith("Swarm.Raft.Consensus.Message", StringComparison.Ordinal));
        Assert.DoesNotContain(used, name => Foreign.Any(foreign => name.StartsWith(foreign, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(MessageType.App, 3)]
    [InlineData(MessageType.AppResp, 4)]
    [InlineData(MessageType.Vote, 5)]
    [InlineData(MessageType.VoteResp, 6)]
    [InlineData(MessageType.Snap, 7)]
    [InlineData(MessageType.Heartbeat, 8)]
    [InlineData(MessageType.HeartbeatResp, 9)]
    [InlineData(MessageType.TransferLeader, 13)]
    [InlineData(MessageType.TimeoutNow, 14)]
    [InlineData(MessageType.ReadIndex, 15)]
    [InlineData(MessageType.ReadIndexResp, 16)]
    [InlineData(MessageType.PreVote, 17)]
    [InlineData(MessageType.PreVoteResp, 18)]
    public void Messages_have_the_numbers_of_the_wire(MessageType type, int number) => Assert.Equal(number, (int)type);
}
