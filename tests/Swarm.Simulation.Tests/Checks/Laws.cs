using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>What holds at every moment of every history. Each law looks only at what the event may have changed.</summary>
internal sealed partial class Laws(SimMember?[] members)
{
    private readonly Dictionary<ulong, ulong> _leaders = [];
    private readonly Dictionary<(ulong Index, ulong Term), WrittenEntry> _entries = [];
    private readonly List<DecidedEntry> _decided = [];
    private readonly Dictionary<(ulong Voter, ulong Term), ulong> _votes = [];
    private readonly List<(ulong Index, ConfState State)> _memberships = [];
    private ulong _base;

    /// <summary>For each value of the application's list its operation and the hash of the list.</summary>
    public List<(int Operation, ulong Hash)> List { get; } = [];

    public int Elections => _leaders.Count;

    public ulong Decided => _base + (ulong)_decided.Count;

    public ulong AppliedAnywhere { get; private set; }

    public void Begin(Snapshot start, Entry[] entries)
    {
        AppliedAnywhere = _base = start.Metadata.Index;
        _memberships.Add((_base, start.Metadata.ConfState));
        foreach (ref readonly var entry in entries.AsSpan())
        {
            _decided.Add(new DecidedEntry(entry.Term, entry.Term));
        }

        Written(entries, start.Metadata.Term);
    }

    /// <summary>Log matching: an index and a term name one entry and one entry before it, wherever they are written.</summary>
    /// <param name="entries">Entries of one log, in order.</param>
    /// <param name="previousTerm">The term of the entry before; 0 where it is not known.</param>
    public void Written(ReadOnlySpan<Entry> entries, ulong previousTerm)
    {
        foreach (ref readonly var entry in entries)
        {
            var written = new WrittenEntry(Mixing.Hash(entry.Data.Span) + (ulong)entry.Type, previousTerm, entry.ChangesConfiguration);
            if (_entries.TryGetValue((entry.Index, entry.Term), out var before))
            {
                Law(written.Hash == before.Hash, $"two different entries {entry}");
                Law(
                    previousTerm == 0 || before.PreviousTerm == 0 || before.PreviousTerm == previousTerm,
                    $"entry {entry} stands behind terms {before.PreviousTerm} and {previousTerm}");
            }
            else
            {
                _entries.Add((entry.Index, entry.Term), written);
            }

            previousTerm = entry.Term;
        }
    }

    /// <summary>A leader has written entries: no change of the membership before the one before is in force.</summary>
    public void LeaderWrote(SimMember leader, Ready ready)
    {
        foreach (ref readonly var entry in ready.Entries.Span)
        {
            if (!entry.ChangesConfiguration || entry.Term != leader.Core.Term)
            {
                continue;
            }

            // A joint configuration is left by the same output that puts it in force.
            var inForce = entry.Data.IsEmpty && !ready.Committed.IsEmpty ? ready.Committed.Span[^1].Index : leader.HandedOut;
            for (var index = inForce + 1; index < entry.Index; index++)
            {
                Law(
                    !_entries.TryGetValue((index, leader.Core.TermAt(index)), out var other) || !other.ChangesMembership,
                    $"leader {leader.Id} changes the membership at {index} and {entry.Index}, in force is that of {inForce}");
            }
        }
    }

    /// <summary>State machine safety: the same entry at an index on every member, and the same state behind it.</summary>
    public void Applied(SimMember member, in Entry entry)
    {
        Law(entry.Index <= Decided, $"member {member.Id} applied {entry} before anybody decided it");
        ref var decided = ref DecidedAt(entry.Index);
        Law(decided.Term == entry.Term, $"member {member.Id} applied {entry}, decided was term {decided.Term}");
        Law(
            _entries[(entry.Index, entry.Term)].Hash == Mixing.Hash(entry.Data.Span) + (ulong)entry.Type,
            $"member {member.Id} applied other content as {entry}");
        if (entry.Index > AppliedAnywhere)
        {
            Law(entry.Index == AppliedAnywhere + 1, $"member {member.Id} left out what is before {entry}");
            AppliedAnywhere = entry.Index;
            (decided.Count, decided.State) = (member.Count, member.Hash);
            if (member.Count > List.Count)
            {
                List.Add((BitConverter.ToInt32(entry.Data.Span), member.Hash));
            }
        }
        else
        {
            Law(
                (decided.Count, decided.State) == (member.Count, member.Hash),
                $"the state of member {member.Id} behind {entry} differs from that of others");
        }
    }

    /// <summary>A snapshot holds the state of its index.</summary>
    public void Restored(SimMember member, Snapshot snapshot)
    {
        var index = snapshot.Metadata.Index;
        if (index > _base)
        {
            Law(index <= AppliedAnywhere, $"snapshot {index} of a state that nobody had");
            ref readonly var decided = ref DecidedAt(index);
            Law(decided.Term == snapshot.Metadata.Term, $"snapshot {index} has term {snapshot.Metadata.Term}, decided was {decided.Term}");
            Law(
                (decided.Count, decided.State) == (member.Count, member.Hash),
                $"member {member.Id} restored another state than that of {index}");
            Law(
                Same(MembershipAt(index), snapshot.Metadata.ConfState),
                $"snapshot {index} names another membership than was in force there");
        }
    }

    /// <summary>Memberships: the same everywhere, and each overlaps with the one before.</summary>
    public void Switched(SimMember member, in MembershipChange change)
    {
        Law(change.Index <= Decided, $"member {member.Id} switched to an undecided membership");
        var (newest, before) = _memberships[^1];
        if (change.Index > newest)
        {
            Law(
                before.IsEmpty || QuorumLaws.Overlap(before, change.State),
                $"majorities of {before} and of {change.State} need not overlap");
            _memberships.Add((change.Index, change.State));
        }
        else
        {
            Law(
                Same(MembershipAt(change.Index), change.State),
                $"member {member.Id} takes {change.State} for the membership at {change.Index}");
        }
    }

    /// <summary>The term of a decided entry.</summary>
    public ulong TermOf(ulong index) => DecidedAt(index).Term;

    private static bool Same(ConfState left, ConfState right) =>
        left.Voters == right.Voters && left.Learners == right.Learners && left.VotersOutgoing == right.VotersOutgoing
        && left.LearnersNext == right.LearnersNext && left.AutoLeave == right.AutoLeave;

    private static void Law(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref LawText law)
    {
        if (!holds)
        {
            throw new SimulationFailure(law.ToString());
        }
    }

    private ConfState MembershipAt(ulong index) => _memberships.FindLast(item => item.Index <= index).State;

    private ref DecidedEntry DecidedAt(ulong index) =>
        ref CollectionsMarshal.AsSpan(_decided)[(int)(index - _base - 1)];

    private readonly record struct WrittenEntry(ulong Hash, ulong PreviousTerm, bool ChangesMembership);

    private record struct DecidedEntry(ulong Term, ulong DecidedIn)
    {
        public int Count;
        public ulong State;
    }
}
