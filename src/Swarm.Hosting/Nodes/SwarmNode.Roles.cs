using Microsoft.Extensions.Logging;
using Swarm.Raft.Storage;

namespace Swarm.Hosting.Nodes;

/// <summary>Promotion and demotion: the node's certificate says what it is, and the membership follows.</summary>
internal sealed partial class SwarmNode
{
    private static readonly TimeSpan RoleRetryDelay = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();

    private void FollowRole(MemberAgent member)
    {
        member.Remember(ConfiguredAddresses.Of(_options));
        member.Identity.Changed += (_, _) =>
        {
            if (!IsSettled(member))
            {
                _ = Detached.RunAsync(() => SettleRoleAsync(member));
            }
        };
    }

    private bool IsSettled(MemberAgent member) => _current switch
    {
        WorkerMembership worker when worker.Member == member => member.Identity.Value.Role == NodeRole.Worker,
        ManagerMembership manager when manager.Runtime.Member == member =>
            member.Identity.Value.Role == NodeRole.Manager,

        // The node has left meanwhile.
        _ => true,
    };

    private async Task SettleRoleAsync(MemberAgent member)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await _membership.WaitAsync(CancellationToken.None);
            try
            {
                if (IsSettled(member))
                {
                    return;
                }

                _current = await ChangeRoleAsync(member);
            }
            catch (Exception exception) when (exception is SwarmException or RaftStorageException or IOException)
            {
                LogRoleNotChanged(exception, member.NodeId, member.Identity.Value.Role);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            finally
            {
                _membership.Release();
            }

            if (!IsSettled(member))
            {
                await Dispatch.Loops.IgnoreAsync(Task.Delay(RoleRetryDelay, _setup.Time, _stopping.Token));
            }
        }
    }

    private async Task<IMembership> ChangeRoleAsync(MemberAgent member)
    {
        if (_current is ManagerMembership manager)
        {
            await manager.ResignAsync();
            ForgetLog(member);
            return new WorkerMembership(member);
        }

        var runtime = await ManagerRuntime.JoinAsync(_setup, _directory, member, _stopping.Token);
        return new ManagerMembership(runtime, _events);
    }

    [LoggerMessage(4023, LogLevel.Warning, "Node {NodeId} could not take up its role {Role} yet")]
    private partial void LogRoleNotChanged(Exception exception, NodeId nodeId, NodeRole role);
}
