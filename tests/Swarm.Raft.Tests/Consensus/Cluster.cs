using System.Text;
using Swarm.Raft.Adapter;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Members in one thread with a network that does what it is told.</summary>
internal sealed class Cluster
{
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly HashSet<ulong> _down = [];

    public Cluster(int voters, Func<RaftCoreOptions, RaftCoreOptions>? options = null)
        : this(Make.Base([.. Enumerable.Range(1, voters).Select(id => (ulong)id)]), voters, options)
    {
    }

    public Cluster(Snapshot start, int members, Func<RaftCoreOptions, RaftCoreOptions>? options = null)
    {
        Options = options ?? (plain => plain);
        for (var id = 1UL; id <= (ulong)members; id++)
        {
            Boot(id, start);
        }
    }

    public SortedDictionary<ulong, Member> Members { get; } = [];

    public List<Message> Mail { get; } = [];

    /// <summary>What the network swallows.</summary>
    public Predicate<Message> Loses { get; set; } = _ => false;

    private Func<RaftCoreOptions, RaftCoreOptions> Options { get; }

    public Member this[ulong id] => Members[id];

    public void Boot(ulong id, Snapshot? start = null, Entry[]? log = null, HardState? state = null)
    {
        start ??= Snapshot.None;
        Members[id] = new Member(
            Options(Make.Plain with { Id = id }),
            start,
            log ?? [],
            state ?? new HardState(start.Metadata.Term, 0, start.Metadata.Index),
            new Random((int)id));
        _down.Remove(id);
    }

    /// <summary>Elects a member and lets everybody learn of it.</summary>
    public RaftCore Elect(ulong id)
    {
        Members[id].Core.Campaign();
        Settle();
        Assert.Equal(RaftRole.Leader, Members[id].Core.Role);
        return Members[id].Core;
    }

    public ProposeResult Propose(ulong id, string text) => Members[id].Core.Propose(Encoding.UTF8.GetBytes(text));

    public void Persist(params ulong[] ids)
    {
        foreach (var id in ids)
        {
            Mail.AddRange(Members[id].Persist().Where(
                message => !_cut.Contains((message.From, message.To)) && !Loses(message)));
        }
    }

    /// <summary>Delivers queued mail that fits; the rest stays.</summary>
    public void Deliver(Func<Message, bool> which)
    {
        foreach (var message in Mail.Where(which).ToList())
        {
            Mail.Remove(message);
            if (!_down.Contains(message.To) && Members.TryGetValue(message.To, out var member))
            {
                member.Core.Step(message);
            }
        }
    }

    public void DeliverTo(params ulong[] ids) => Deliver(message => ids.Contains(message.To));

    public void Settle(params ulong[] ids)
    {
        ulong[] all = ids.Length > 0 ? ids : [.. Members.Keys];
        for (var round = 0; round < 1_000; round++)
        {
            var live = all.Where(id => !_down.Contains(id)).ToArray();
            if (live.All(id => !Members[id].HasWork) && !Mail.Any(message => live.Contains(message.To)))
            {
                return;
            }

            Persist(live);
            DeliverTo(live);
            Mail.RemoveAll(message => _down.Contains(message.To) || !Members.ContainsKey(message.To));
        }

        Assert.Fail("the members never come to rest");
    }

    public void Tick(ulong id, int times = 1)
    {
        for (; times > 0; times--)
        {
            Members[id].Core.Tick();
        }
    }

    public void Isolate(ulong id)
    {
        foreach (var other in Members.Keys)
        {
            _cut.Add((id, other));
            _cut.Add((other, id));
        }

        Mail.RemoveAll(message => message.From == id || message.To == id);
    }

    public void Heal() => _cut.Clear();

    public void Crash(ulong id)
    {
        _down.Add(id);
        Members[id].Crash();
    }

    public void Restart(ulong id)
    {
        _down.Remove(id);
        Members[id].Restart();
    }

    public string[] Applied(ulong id) => [.. Members[id].Applied.Select(item => item.Text)];
}
