using Swarm.Storage;

namespace Swarm.Orchestration.Rollout;

/// <summary>Writes how a service's rollout stands, and for a rollback its previous spec.</summary>
/// <param name="Seen">The service as the step saw it.</param>
/// <param name="Status">How the rollout stands now.</param>
internal sealed record RolloutWrite(Service Seen, RolloutStatus Status) : StoreWrite
{
    /// <summary>Return to the previous spec, which is then forgotten: a rollback is not rolled back.</summary>
    public bool ToPreviousSpec { get; init; }

    public override bool TryApply(StoreTransaction transaction)
    {
        var service = transaction.Services.Find(Seen.Key);
        if (!IsUnchanged(Seen, service) || service!.RolloutStatus != Seen.RolloutStatus)
        {
            return false;
        }

        var next = service with { RolloutStatus = Status };
        transaction.Update(ToPreviousSpec && service.PreviousSpec is { } previous
            ? next with
            {
                Spec = previous,
                SpecVersion = service.PreviousSpecVersion ?? default,
                PreviousSpec = null,
                PreviousSpecVersion = null,
            }
            : next);
        return true;
    }
}
