namespace Swarm.Orchestration.Jobs;

/// <summary>
/// The slots of one run of a replicated job, kept from change to change, so that a task that ends costs the same
/// however large the job is. Memory of the leader: a new one fills its book from the store.
/// </summary>
internal sealed class JobBook(ObjectVersion iteration)
{
    private readonly Dictionary<int, JobSlotUse> _slots = [];
    private readonly SortedSet<int> _free = [];
    private int _next;

    public ObjectVersion Iteration { get; } = iteration;

    public long Active { get; private set; }

    public long Completed { get; private set; }

    public long Exhausted { get; private set; }

    /// <summary>Notes what a slot has come to.</summary>
    public void Set(int slot, JobSlotUse use)
    {
        Count(_slots.GetValueOrDefault(slot), -1);
        Count(use, 1);
        if (use != JobSlotUse.Free)
        {
            _slots[slot] = use;
            _free.Remove(slot);
        }
        else if (_slots.Remove(slot) && slot < _next)
        {
            _free.Add(slot);
        }
    }

    /// <summary>How many more tasks should be started now.</summary>
    public long Missing(ReplicatedJobMode mode)
    {
        var slots = mode.MaxConcurrent - Active;
        var left = mode.TotalCompletions - Completed - Active - Exhausted;
        return Math.Max(0, Math.Min(slots, left));
    }

    /// <summary>Takes the lowest free slot for a new task.</summary>
    public int Take()
    {
        int slot;
        if (_free.Count > 0)
        {
            slot = _free.Min;
        }
        else
        {
            while (_slots.ContainsKey(_next))
            {
                _next++;
            }

            slot = _next++;
        }

        Set(slot, JobSlotUse.Active);
        return slot;
    }

    private void Count(JobSlotUse use, int by)
    {
        Active += use == JobSlotUse.Active ? by : 0;
        Completed += use == JobSlotUse.Completed ? by : 0;
        Exhausted += use == JobSlotUse.Exhausted ? by : 0;
    }
}
