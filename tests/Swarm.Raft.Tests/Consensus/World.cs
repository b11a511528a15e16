using System.Text;
using Swarm.Raft.Adapter;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>
/// Members in one thread whose network loses, repeats and reorders, whose disks are slow and whose power fails, all drawn from
/// one seed. What must never happen is looked for at every step.
/// </summary>
internal sealed class World
{
    private readonly Random _random;
    private readonly SortedDictionary<ulong, Member> _members = [];
    private readonly HashSet<ulong> _down = [];
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly List<Message> _mail = [];
    private readonly Dictionary<string, ulong> _readsAsked = [];
    private readonly StringBuilder _trace = new();
    private readonly WorldLaws _laws;
    private int _names;

    public World(int seed, Func<RaftCoreOptions, RaftCoreOptions> options)
    {
        _random = new Random(seed);
        _laws = new WorldLaws(_members, _down);
        foreach (var id in (ulong[])[1, 2, 3, 4, 5])
        {
            var start = id <= 3 ? Make.Base(1, 2, 3) : Snapshot.None;
            var member = new Member(
                options(Make.Plain with { Id = id }),
                start,
                [],
                new HardState(start.Metadata.Term, 0, start.Metadata.Index),
                new Random(_random.Next()));
            _members[id] = member;
            member.OnApplied = entry => _laws.Applied(id, entry);
            member.OnSent = message => _laws.Sent(member, message);
        }
    }

    public string Trace => _trace.ToString();

    public ulong Committed => _laws.Newest;

    public int Elections => _laws.Terms;

    public int Served => _members.Values.Sum(member => member.Served.Count);

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Act();
            _laws.Check();
            CheckReads();
        }
    }

    /// <summary>All faults end; the members have to agree and to get on within bounded time.</summary>
    public void Heal()
    {
        _cut.Clear();
        foreach (var id in _down.ToList())
        {
            _down.Remove(id);
            _members[id].Restart();
            _laws.Restarted(id);
        }

        var name = "";
        for (var round = 0; round < 600; round++)
        {
            foreach (var member in _members.Values)
            {
                member.Core.Tick();
            }

            Exchange();
            _laws.Check();
            if (round % 20 == 0 && Leader() is { } leader)
            {
                name = $"final{round}";
                leader.Core.Propose(Encoding.UTF8.GetBytes(name));
            }

            if (name.Length > 0 && Leader() is { Core.Membership: var membership }
                && membership.Voters.Union(membership.Learners).All(id => _members[id].Applied.Any(item => item.Text == name)))
            {
                CheckReads();
                return;
            }
        }

        Assert.Fail("healed, and still no progress: " + string.Join("; ", _members.Select(item =>
            $"{item.Key} {item.Value.Core.Role} term {item.Value.Core.Term} leader {item.Value.Core.Leader} "
            + $"log {item.Value.Core.FirstIndex}..{item.Value.Core.LastIndex} commit {item.Value.Core.Commit} "
            + $"{item.Value.Core.Membership}")));
    }

    private Member? Leader() =>
        _members.Values.Where(member => member.Core.Role == RaftRole.Leader).MaxBy(member => member.Core.Term);

    private void Exchange()
    {
        for (var round = 0; round < 200 && (_mail.Count > 0 || _members.Values.Any(member => member.HasWork)); round++)
        {
            foreach (var member in _members.Values)
            {
                _mail.AddRange(member.Persist());
            }

            var batch = _mail.ToList();
            _mail.Clear();
            batch.ForEach(Give);
        }
    }

    private void Act()
    {
        var id = (ulong)_random.Next(1, 6);
        var member = _members[id];
        var up = !_down.Contains(id);
        switch (_random.Next(100))
        {
            case < 10 when up:
                member.Core.Tick();
                break;
            case < 30 when up:
                Collect(member);
                break;
            case < 42 when up:
                member.FlushOne();
                break;
            case < 84:
                DeliverSome();
                break;
            case < 92 when up:
                member.Core.Propose(Encoding.UTF8.GetBytes($"p{_names++}"));
                break;
            case < 94 when up:
                var name = $"r{_names++}";
                _readsAsked[name] = _laws.Newest;
                member.Core.RequestRead(Encoding.UTF8.GetBytes(name));
                break;
            default:
                Disturb(id, member, up);
                break;
        }
    }

    private void Disturb(ulong id, Member member, bool up)
    {
        switch (_random.Next(12))
        {
            case 0 when up && _down.Count < 2:
                _down.Add(id);
                member.Crash();
                break;
            case 1 or 2 when !up:
                _down.Remove(id);
                member.Restart();
                _laws.Restarted(id);
                break;
            case 3:
                _cut.Add((id, (ulong)_random.Next(1, 6)));
                break;
            case 4 or 5:
                _cut.Clear();
                break;
            case 6 when up && member.AppliedIndex > member.Log.FirstIndex:
                member.Compact(member.AppliedIndex - (ulong)_random.Next(0, 3));
                break;
            case 7 when up:
                member.Core.Transfer((ulong)_random.Next(1, 6));
                break;
            case 8 or 9 when up:
                Change(member.Core);
                break;
            case 10 when up:
                member.Core.PeerUnreachable((ulong)_random.Next(1, 6));
                break;
            case 11 when up:
                member.Core.SnapshotDelivered((ulong)_random.Next(1, 6), _random.Next(2) == 0);
                break;
        }
    }

    private void Change(RaftCore core)
    {
        ConfChangeSingle Draw() => new((ConfChangeType)_random.Next(4), (ulong)_random.Next(1, 6));
        if (_random.Next(2) == 0)
        {
            core.ProposeChange(new ConfChange { Type = Draw().Type, NodeId = Draw().NodeId });
        }
        else
        {
            core.ProposeChange(_random.Next(3) == 0 ? ConfChangeV2.Leave : new ConfChangeV2
            {
                Transition = (ConfChangeTransition)_random.Next(3),
                Changes = [Draw(), Draw()],
            });
        }
    }

    private void Collect(Member member)
    {
        if (member.Core.HasReady)
        {
            member.Poll();
        }

        _mail.AddRange(member.TakeOutgoing());
        while (_mail.Count > 200)
        {
            _mail.RemoveAt(_random.Next(_mail.Count));
        }
    }

    private void DeliverSome()
    {
        if (_mail.Count == 0)
        {
            return;
        }

        var at = _random.Next(4) == 0 ? _random.Next(_mail.Count) : 0;
        var message = _mail[at];

        // One in ten is repeated later, one in ten lost.
        var fate = _random.Next(10);
        if (fate != 0)
        {
            _mail.RemoveAt(at);
        }

        if (fate != 1)
        {
            Give(message);
        }
    }

    private void Give(Message message)
    {
        if (!_down.Contains(message.To) && !_cut.Contains((message.From, message.To))
            && _members.TryGetValue(message.To, out var member))
        {
            var status = member.Core.Step(message);
            Assert.True(status == StepStatus.Handled, $"{message}: {status}");
            _trace.Append(message.ToString()).Append('\n');
        }
    }

    private void CheckReads()
    {
        foreach (var member in _members.Values)
        {
            foreach (var (name, index) in member.Served)
            {
                Assert.True(index >= _readsAsked[name], $"read {name} at {index} misses {_readsAsked[name]}");
            }
        }
    }
}
