using System.Runtime.CompilerServices;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Wire.Client;
using Swarm.Hosting.Wire.Mapping;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Replication;

/// <summary>Services, through any manager.</summary>
internal sealed class QuorumServices(
    ISwarmClient local, LeaderAccess leader, CancellationToken stopping = default) : IServiceOperations
{
    private const int MaxAttempts = 10;

    public async Task<Service> CreateAsync(ServiceSpec spec, CancellationToken cancellationToken = default)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.CreateServiceResponse
            {
                Service = (await local.Services.CreateAsync(spec, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).CreateServiceAsync(
                new() { Spec = spec.ToWire() },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Service.ToRecord();
    }

    public Task<Service> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Services.FindAsync(reference, cancellationToken), cancellationToken);

    public IAsyncEnumerable<Service> ListAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ListAsync(leader, () => local.Services.ListAsync(cancellationToken), cancellationToken);

    public Task<Service> UpdateAsync(
        ServiceId id,
        ObjectVersion version,
        ServiceSpec spec,
        CancellationToken cancellationToken = default) => UpdateAsync(
            () => local.Services.UpdateAsync(id, version, spec, cancellationToken),
            () => new()
            {
                ServiceId = id.Value,
                ServiceVersion = version.ToWire(),
                Spec = spec.ToWire(),
            },
            cancellationToken);

    public async Task<Service> UpdateAsync(
        ServiceId id,
        Func<ServiceSpec, ServiceSpec> change,
        CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var service = await FindAsync(id.Value, cancellationToken);
            try
            {
                return await UpdateAsync(id, service.Version, change(service.Spec), cancellationToken);
            }
            catch (SwarmException exception) when (
                exception.Code == SwarmErrorCode.UpdateOutOfSequence && attempt < MaxAttempts)
            {
                // Somebody else was first; what they wrote is the new start.
            }
        }
    }

    public async Task<Service> RollbackAsync(
        ServiceId id,
        ObjectVersion? version = null,
        CancellationToken cancellationToken = default)
    {
        // SwarmKit's managers want a spec, too, though it is not the one that comes into force.
        var current = await FindAsync(id.Value, cancellationToken);
        var from = version ?? current.Version;
        return await UpdateAsync(
            () => local.Services.RollbackAsync(id, from, cancellationToken),
            () => new()
            {
                ServiceId = id.Value,
                ServiceVersion = from.ToWire(),
                Spec = current.Spec.ToWire(),
                Rollback = Protos.UpdateServiceRequest.Types.Rollback.Previous,
            },
            cancellationToken);
    }

    public Task RemoveAsync(ServiceId id, CancellationToken cancellationToken = default) => leader.CallAsync(
        async () =>
        {
            await local.Services.RemoveAsync(id, cancellationToken);
            return new Protos.RemoveServiceResponse();
        },
        channel => new Protos.Control.ControlClient(channel).RemoveServiceAsync(
            new() { ServiceId = id.Value },
            cancellationToken: cancellationToken),
        cancellationToken);

    public Task<ServiceStatus> GetStatusAsync(ServiceId id, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Services.GetStatusAsync(id, cancellationToken), cancellationToken);

    public Task<ServiceExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Services.ExplainAsync(reference, cancellationToken), cancellationToken);

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        CancellationToken cancellationToken = default) => CaughtUp.FollowAsync(
            leader,
            () => local.Services.WaitUntilConvergedAsync(id, cancellationToken),
            stopping,
            cancellationToken);

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        Service asked,
        CancellationToken cancellationToken = default) => CaughtUp.FollowAsync(
            leader,
            () => local.Services.WaitUntilConvergedAsync(asked, cancellationToken),
            stopping,
            cancellationToken);

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        TimeSpan stableFor,
        CancellationToken cancellationToken = default) => CaughtUp.FollowAsync(
            leader,
            () => local.Services.WaitUntilConvergedAsync(id, stableFor, cancellationToken),
            stopping,
            cancellationToken);

    public IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        ServiceId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default) => CaughtUp.FollowAsync(
            leader,
            () => local.Services.ReadLogsAsync(id, options, cancellationToken),
            stopping,
            cancellationToken);

    private async Task<Service> UpdateAsync(
        Func<Task<Service>> here,
        Func<Protos.UpdateServiceRequest> request,
        CancellationToken cancellationToken)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.UpdateServiceResponse { Service = (await here()).ToWire() },
            channel => new Protos.Control.ControlClient(channel).UpdateServiceAsync(
                request(),
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Service.ToRecord();
    }
}

/// <summary>Tasks, through any manager.</summary>
internal sealed class QuorumTasks(
    ISwarmClient local, LeaderAccess leader, CancellationToken stopping = default) : ITaskOperations
{
    public Task<SwarmTask> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Tasks.FindAsync(reference, cancellationToken), cancellationToken);

    public Task<TaskExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Tasks.ExplainAsync(reference, cancellationToken), cancellationToken);

    public IAsyncEnumerable<SwarmTask> ListAsync(
        TaskQuery? query = null,
        CancellationToken cancellationToken = default) => CaughtUp.ListAsync(
            leader,
            () => local.Tasks.ListAsync(query, cancellationToken),
            cancellationToken);

    public IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        TaskId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default) => CaughtUp.FollowAsync(
            leader,
            () => local.Tasks.ReadLogsAsync(id, options, cancellationToken),
            stopping,
            cancellationToken);
}

/// <summary>Log lines, which the leader collects.</summary>
internal sealed class QuorumLogs(Nodes.Leadership leadership, LeaderAccess leader)
{
    public async IAsyncEnumerable<TaskLogLine> ReadAsync(
        ServiceId service,
        TaskId task,
        LogOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var selector = task.IsEmpty ? new LogSelector(Services: [service]) : new LogSelector(Tasks: [task]);
        if (leader.Connect() is not { } channel)
        {
            await foreach (var line in leadership.Require().Dispatcher.Logs
                .SubscribeAsync(selector, options, cancellationToken))
            {
                yield return line;
            }

            yield break;
        }

        var call = new Protos.Logs.LogsClient(channel).SubscribeLogs(
            new() { Selector = selector.ToWire(), Options = options.ToWire() },
            cancellationToken: cancellationToken);
        await foreach (var message in Calls.ReadAsync(call, "that leads", cancellationToken))
        {
            foreach (var line in message.Messages)
            {
                yield return line.ToRecord();
            }
        }
    }
}
