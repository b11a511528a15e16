namespace Swarm.Simulation.Tests;

/// <summary>How an operation of a client ended.</summary>
internal enum Outcome : byte
{
    /// <summary>Nobody has answered.</summary>
    Open,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>It was not appended, and never will be.</summary>
    NotAppended,

    /// <summary>The leader is gone: it may turn up, once.</summary>
    Unknown,
}

/// <summary>
/// What clients asked and were told. The object is a list to which unique values are appended; a read returns all of
/// it, as length and hash. Linearizable means here: there is one list, every "done" append stands at the length it was
/// told, every read saw a beginning of it, and nothing that began after something else was answered saw less. All of
/// that is checked in one pass.
/// </summary>
internal sealed class ClientHistory
{
    private readonly List<Operation> _operations = [];
    private readonly List<(int Operation, bool Begins)> _order = [];

    public int Count => _operations.Count;

    public int Done { get; private set; }

    public int DoneReads { get; private set; }

    public int Begin(bool isRead)
    {
        _operations.Add(new Operation(isRead));
        _order.Add((_operations.Count - 1, true));
        return _operations.Count - 1;
    }

    public bool IsOpen(int operation) => _operations[operation].Outcome == Outcome.Open;

    public bool IsDone(int operation) => _operations[operation].Outcome == Outcome.Done;

    public bool IsUnsuccessful(int operation) =>
        _operations[operation].Outcome is Outcome.NotAppended or Outcome.Unknown;

    public void AppendDone(int operation, int length) => End(operation, Outcome.Done, length, 0);

    public void ReadDone(int operation, int length, ulong hash) => End(operation, Outcome.Done, length, hash);

    public void NotAppended(int operation) => End(operation, Outcome.NotAppended, 0, 0);

    public void Unknown(int operation) => End(operation, Outcome.Unknown, 0, 0);

    /// <summary>Checks the history against the list that the members agreed on.</summary>
    /// <param name="list">For each place the operation whose value is there, and the hash of the list up to there.</param>
    public void Check(IReadOnlyList<(int Operation, ulong Hash)> list)
    {
        var places = new int[_operations.Count];
        for (var i = 0; i < list.Count; i++)
        {
            var operation = list[i].Operation;
            SimulationFailure.Unless(operation >= 0 && operation < places.Length, $"place {i + 1} holds what nobody appended");
            SimulationFailure.Unless(places[operation] == 0, $"append {operation} stands at {places[operation]} and {i + 1}");
            places[operation] = i + 1;
            SimulationFailure.Unless(
                _operations[operation].Outcome != Outcome.NotAppended,
                $"append {operation} was reported as not appended and stands at {i + 1}");
        }

        var answered = 0;
        foreach (var (index, begins) in _order)
        {
            var operation = _operations[index];
            if (begins)
            {
                _operations[index] = operation with { Least = answered };
            }
            else if (operation.Outcome == Outcome.Done)
            {
                CheckDone(index, operation, list);
                answered = Math.Max(answered, operation.Length);
            }
        }

        // Nobody can have seen a value before its append began.
        CheckNothingSeenEarly(places);
    }

    private static void CheckDone(int index, Operation operation, IReadOnlyList<(int Operation, ulong Hash)> list)
    {
        var length = operation.Length;
        SimulationFailure.Unless(length <= list.Count, $"operation {index} saw {length} values, there are {list.Count}");
        if (operation.IsRead)
        {
            SimulationFailure.Unless(
                length >= operation.Least, $"read {index} saw {length} values after {operation.Least} were answered");
            SimulationFailure.Unless(
                operation.Hash == (length == 0 ? 0 : list[length - 1].Hash), $"read {index} saw another list of {length}");
        }
        else
        {
            SimulationFailure.Unless(list[length - 1].Operation == index, $"append {index} is not at {length} as it was told");
            SimulationFailure.Unless(
                length > operation.Least, $"append {index} is at {length} though it began after {operation.Least} were answered");
        }
    }

    private void CheckNothingSeenEarly(int[] places)
    {
        var lowestUnbegun = int.MaxValue;
        for (var i = _order.Count - 1; i >= 0; i--)
        {
            var (index, begins) = _order[i];
            var operation = _operations[index];
            if (begins && !operation.IsRead && places[index] > 0)
            {
                lowestUnbegun = Math.Min(lowestUnbegun, places[index]);
            }
            else if (!begins && operation.Outcome == Outcome.Done)
            {
                SimulationFailure.Unless(
                    operation.Length < lowestUnbegun, $"operation {index} saw place {lowestUnbegun} before its append began");
            }
        }
    }

    private void End(int operation, Outcome outcome, int length, ulong hash)
    {
        var before = _operations[operation];
        SimulationFailure.Unless(before.Outcome == Outcome.Open, $"operation {operation} is answered twice");
        _operations[operation] = before with { Outcome = outcome, Length = length, Hash = hash };
        _order.Add((operation, false));
        if (outcome == Outcome.Done)
        {
            Done++;
            DoneReads += before.IsRead ? 1 : 0;
        }
    }

    private readonly record struct Operation(bool IsRead)
    {
        public Outcome Outcome { get; init; }

        public int Length { get; init; }

        public ulong Hash { get; init; }

        /// <summary>The longest list that was answered before this began.</summary>
        public int Least { get; init; }
    }
}
