namespace Swarm.Storage;

/// <summary>How many tasks are in each state.</summary>
/// <remarks>
/// States change more often than anything else of a task, and who wants the tasks of one state wants most of them:
/// a count costs nothing to keep, sets of ids would cost two of them an edit with every report.
/// </remarks>
internal sealed class StateCounts
{
    // States are multiples of 32; REMOVE (800) is the one that is no multiple of 64.
    private const int Step = 32;
    private const int Length = ((int)TaskState.Orphaned / Step) + 1;

    private readonly int[] _counts;

    private StateCounts(int[] counts) => _counts = counts;

    public static StateCounts Empty { get; } = new(new int[Length]);

    public int this[TaskState state] => _counts[(int)state / Step];

    public Builder ToBuilder() => new(this);

    /// <summary>The counts inside a transaction.</summary>
    internal sealed class Builder(StateCounts counts)
    {
        private StateCounts _counts = counts;
        private int[]? _edited;

        public void Move(SwarmTask? from, SwarmTask? to)
        {
            if (from?.Status.State == to?.Status.State)
            {
                return;
            }

            _edited ??= [.. _counts._counts];
            if (from is not null)
            {
                _edited[(int)from.Status.State / Step]--;
            }

            if (to is not null)
            {
                _edited[(int)to.Status.State / Step]++;
            }
        }

        public StateCounts ToImmutable()
        {
            if (_edited is not null)
            {
                (_counts, _edited) = (new StateCounts(_edited), null);
            }

            return _counts;
        }
    }
}
