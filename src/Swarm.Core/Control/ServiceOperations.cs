using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Services, for callers on the leader.</summary>
internal sealed class ServiceOperations(
    ClusterStore store,
    IIdGenerator ids,
    TimeProvider time,
    LogReader logs) : IServiceOperations
{
    private const int MaxAttempts = 10;

    public async Task<Service> CreateAsync(ServiceSpec spec, CancellationToken cancellationToken = default)
    {
        ServiceSpecValidator.Validate(spec);
        ServiceId id = new(ids.Next());
        var service = await store.UpdateAsync(
            transaction => ServiceChanges.Create(transaction, id, spec),
            cancellationToken);
        return Redaction.Of(service);
    }

    public Task<Service> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        Task.FromResult(Redaction.Of(References.Service(store.Current, reference)));

    public IAsyncEnumerable<Service> ListAsync(CancellationToken cancellationToken = default) =>
        store.Current.Services.Select(Redaction.Of).ToAsyncEnumerable();

    public async Task<Service> UpdateAsync(
        ServiceId id,
        ObjectVersion version,
        ServiceSpec spec,
        CancellationToken cancellationToken = default)
    {
        ServiceSpecValidator.Validate(spec);
        var service = await store.UpdateAsync(
            transaction => ServiceChanges.Update(transaction, id, version, spec),
            cancellationToken);
        return Redaction.Of(service);
    }

    public async Task<Service> UpdateAsync(
        ServiceId id,
        Func<ServiceSpec, ServiceSpec> change,
        CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var service = store.Current.Services.Find(id.ToString())
                ?? throw SwarmException.NotFound($"service {id} not found");
            try
            {
                var spec = change(Redaction.Of(service).Spec);
                return await UpdateAsync(id, service.Version, spec, cancellationToken);
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
        var service = await store.UpdateAsync(
            transaction => ServiceChanges.Rollback(transaction, id, version),
            cancellationToken);
        return Redaction.Of(service);
    }

    public Task RemoveAsync(ServiceId id, CancellationToken cancellationToken = default) =>
        store.UpdateAsync(transaction => ServiceChanges.Remove(transaction, id), cancellationToken).AsTask();

    public Task<ServiceStatus> GetStatusAsync(ServiceId id, CancellationToken cancellationToken = default) =>
        Task.FromResult(ServiceCounts.StatusOf(store.Current, id));

    public Task<ServiceExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default)
    {
        var view = store.Current;
        return Task.FromResult(ServiceReasons.Explain(view, References.Service(view, reference)));
    }

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        CancellationToken cancellationToken = default) => WaitAsync(id, null, cancellationToken);

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        Service asked,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return WaitAsync(asked.Id, asked, cancellationToken);
    }

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        TimeSpan stableFor,
        CancellationToken cancellationToken = default) => stableFor >= TimeSpan.Zero
            ? WaitAsync(id, null, cancellationToken, stableFor)
            : throw SwarmException.InvalidArgument(
                $"a service cannot be stable for {stableFor}; the period must not be negative");

    public IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        ServiceId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default) =>
        store.Current.Services.Find(id.ToString()) is null
            ? throw SwarmException.NotFound($"service {id} not found")
            : logs(id, default, options ?? LogOptions.All, cancellationToken);

    private async IAsyncEnumerable<ServiceProgress> WaitAsync(
        ServiceId id,
        Service? asked,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken,
        TimeSpan? stableFor = null)
    {
        using var wait = new ConvergenceWait(store, time, id, asked, stableFor);
        await foreach (var progress in wait.RunAsync(cancellationToken))
        {
            yield return progress;
        }
    }
}
