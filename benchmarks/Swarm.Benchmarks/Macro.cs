using Swarm.Benchmarks.Dispatch;
using Swarm.Benchmarks.Orchestration;
using Swarm.Benchmarks.Raft;
using Swarm.Benchmarks.Routing;
using Swarm.Benchmarks.Scheduling;
using Swarm.Benchmarks.Storage;

namespace Swarm.Benchmarks;

/// <summary>Whole-system figures, timed without a framework; one JSON line per figure.</summary>
internal static class Macro
{
    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["scheduler", .. var options]:
                SchedulerMacro.Run(options);
                return 0;
            case ["orchestration", .. var options]:
                OrchestrationMacro.Run(options);
                return 0;
            case ["storage", .. var options]:
                StorageMacro.Run(options);
                return 0;
            case ["raftlog", .. var options]:
                RaftLogMacro.Run(options);
                return 0;
            case ["raft-peers", .. var options]:
                await RaftPeersMacro.RunAsync(options);
                return 0;
            case ["raft-slow-follower", .. var options]:
                await RaftSlowFollowerMacro.RunAsync(options);
                return 0;
            case ["raftsnapshot", .. var options]:
                await RaftSnapshotMacro.RunAsync(options);
                return 0;
            case ["raftsnapshot-member", var directory, var port, var leader]:
                await RaftSnapshotMacro.JoinAsync(directory, port, leader);
                return 0;
            case ["mesh", .. var options]:
                await MeshMacro.RunAsync(options);
                return 0;
            case ["mesh-peers", .. var options]:
                await PeersMacro.RunAsync(options);
                return 0;
            case ["mesh-serve", var plane, var port, .. var backends]:
                await PeersMacro.ServeAsync(plane, port, backends);
                return 0;
            case ["dispatch", .. var options]:
                await DispatchMacro.RunAsync(options);
                return 0;
            case ["dispatch-nodes", var directory, var address, var tasks]:
                await DispatchNodes.RunAsync(directory, address, tasks);
                return 0;
            default:
                Console.Error.WriteLine(
                    "usage: macro scheduler|orchestration|storage|raftlog|raft-peers|raft-slow-follower|raftsnapshot|dispatch|"
                    + "mesh|mesh-peers [quick]");
                return 2;
        }
    }
}
