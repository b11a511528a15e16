using Swarm.Raft;
using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>The network: loses, repeats, reorders and delays, one way or both.</summary>
internal sealed partial class SimWorld
{
    private readonly List<Message> _mail = [];
    private readonly Stack<int> _freeMail = [];
    private readonly bool[] _cut = new bool[(MaxMembers + 1) * (MaxMembers + 1)];
    private readonly long[] _lastArrival = new long[(MaxMembers + 1) * (MaxMembers + 1)];
    private Entry[] _copied = [];
    private ReadOnlyMemory<Entry> _copiedFrom;

    private static int Link(ulong from, ulong to) => ((int)from * (MaxMembers + 1)) + (int)to;

    private void Post(SimMember sender, in Message message)
    {
        var link = Link(message.From, message.To);
        if (_cut[link] || (!_calm && _mailRandom.Chance(_plan.Loss)))
        {
            ReportLater(sender, message, arrived: false);
            return;
        }

        var kept = Keep(sender, message);
        Schedule(kept, message.Type == MessageType.TimeoutNow && !_calm && _mailRandom.Next(4) == 0
            ? _mailRandom.Next((int)(2 * _heldBackTime))
            : Delay());
        if (!_calm && _mailRandom.Chance(_plan.Repetition))
        {
            Schedule(kept, Delay() + _mailRandom.Next((int)(_mailRandom.Next(4) == 0 ? 20 * _heldBackTime : 1000)));
        }
    }

    // Entries are valid until the core's next output only; members that get the same share a copy.
    private Message Keep(SimMember sender, in Message message)
    {
        if (message.Type == MessageType.Snap)
        {
            // What travels is the newest snapshot there is when it leaves.
            var newest = sender.Disk.LoadSnapshot();
            if (_mistake == HostMistake.SnapshotWithLaterMembership)
            {
                newest = newest with { Metadata = newest.Metadata with { ConfState = sender.Core.Membership } };
            }

            return message with { Snapshot = newest };
        }

        if (message.Entries.IsEmpty)
        {
            return message;
        }

        if (!message.Entries.Equals(_copiedFrom) || !message.Entries.Span.SequenceEqual(_copied))
        {
            (_copiedFrom, _copied) = (message.Entries, message.Entries.ToArray());
        }

        return message with { Entries = _copied };
    }

    private long Delay() =>
        _calm ? 10 + _mailRandom.Next(90)
        : _mailRandom.Chance(_plan.LateMail) ? _mailRandom.Next((int)(10 * _heldBackTime))
        : 1 + _mailRandom.Next((int)_plan.MailTime);

    private void Schedule(in Message message, long delay)
    {
        var arrival = _now + delay;
        if (_plan.KeepsOrder)
        {
            ref var last = ref _lastArrival[Link(message.From, message.To)];
            arrival = last = Math.Max(arrival, last);
        }

        if (!_freeMail.TryPop(out var slot))
        {
            slot = _mail.Count;
            _mail.Add(default);
        }

        _mail[slot] = message;
        _queue.Add(arrival, SimEventKind.Deliver, (int)message.To == 0 ? 1 : (int)message.To, 0, slot);
        EnsureExists(message);
    }

    // Whoever is added is started by whoever adds it; that it has nothing yet is the point.
    private void EnsureExists(in Message message)
    {
        var id = (int)message.To;
        if (_members[id] is null)
        {
            Make(id, Snapshot.None, [], default);
        }
        else if (_members[id] is { Gone: true, Up: false } gone
            && (_calm || message.Type is MessageType.App or MessageType.Snap or MessageType.Heartbeat))
        {
            gone.Gone = false;
            _queue.Add(_now + 1, SimEventKind.Restart, id);
        }
    }

    private void Deliver(SimMember member, int slot)
    {
        var message = _mail[slot];
        _mail[slot] = default;
        _freeMail.Push(slot);
        var sender = _members[(int)message.From]!;
        if (!member.Up || _cut[Link(message.From, message.To)])
        {
            ReportLater(sender, message, arrived: false);
            return;
        }

        if (message.Type == MessageType.Snap)
        {
            ReportLater(sender, message, arrived: true);
        }

        if (_mistake == HostMistake.RemovedMemberCounts)
        {
            message = CountRemoved(member, message);
        }

        Tell?.Invoke($"{_now} {message}");
        var status = member.Core.Step(message);
        SimulationFailure.Unless(status == StepStatus.Handled, $"{message} is refused: {status}");
        if (member.Core.Role == RaftRole.Leader && message.Term == member.Core.Term)
        {
            member.HeardAt[(int)message.From] = _now;
            if (message.Type == MessageType.AppResp && _mistake != HostMistake.RemovedMemberCounts)
            {
                _laws.Progress(member, message.From);
            }
        }

        AfterInput(member);
    }

    private Message CountRemoved(SimMember leader, Message message)
    {
        var membership = leader.Core.Membership;
        if (message.Type == MessageType.AppResp && !message.Reject && leader.Core.Role == RaftRole.Leader
            && leader.Core.ProgressOf(message.From) is null)
        {
            foreach (var id in membership.Voters.AsSpan())
            {
                if (id != leader.RaftId && leader.Core.ProgressOf(id) is { } other && other.Match < message.Index)
                {
                    return message with { From = id, Incarnation = 0 };
                }
            }
        }

        return message;
    }

    private void ReportLater(SimMember sender, in Message message, bool arrived)
    {
        if (!_plan.ReportsLoss || !sender.Up || _mistake == HostMistake.SnapshotLossUnnoticed
            || message.Type is not (MessageType.App or MessageType.Snap))
        {
            return;
        }

        var report = (int)message.To * 4 + (message.Type == MessageType.Snap ? 2 : 0) + (arrived ? 1 : 0);
        _queue.Add(_now + 1 + _mailRandom.Next(2000), SimEventKind.Report, sender.Id, sender.Boot, report);
    }

    private void Report(SimMember member, int report)
    {
        var about = (ulong)(report / 4);
        if ((report & 2) != 0)
        {
            member.Core.SnapshotDelivered(about, arrived: (report & 1) != 0);
        }
        else
        {
            member.Core.PeerUnreachable(about);
        }

        AfterInput(member);
    }

    private void HealLinks() => _cut.AsSpan().Clear();
}
