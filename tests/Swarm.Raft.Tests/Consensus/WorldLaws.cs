using Swarm.Raft.Adapter;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>What holds at every moment of every run.</summary>
internal sealed class WorldLaws(SortedDictionary<ulong, Member> members, HashSet<ulong> down)
{
    private readonly Dictionary<ulong, ulong> _leaders = [];
    private readonly Dictionary<ulong, (Entry Entry, ulong DecidedIn)> _committed = [];
    private readonly Dictionary<ulong, (ulong Term, ulong Commit, RaftRole Role)> _last = [];
    private readonly Dictionary<(ulong Voter, ulong Term), ulong> _votes = [];
    private int _checks;

    /// <summary>The newest index that anybody applied: what a client may know of.</summary>
    public ulong Newest { get; private set; } = 10;

    public int Terms => _leaders.Count;

    /// <summary>State machine safety: the same entry at an index, wherever and whenever it is applied.</summary>
    public void Applied(ulong id, Entry entry)
    {
        Decide(entry, members[id].Core.Term, $"applied by {id}");
        Assert.True(entry.Index <= members[id].Log.LastIndex, "applied before it was durable");
        Newest = Math.Max(Newest, entry.Index);
    }

    /// <summary>Nothing is promised that is not durable.</summary>
    public void Sent(Member member, Message message)
    {
        var durable = member.Durable;
        switch (message.Type)
        {
            case MessageType.VoteResp when !message.Reject:
                Assert.True(durable.Term > message.Term || (durable.Term == message.Term && durable.Vote == message.To), "vote");
                Assert.Equal(message.To, _votes.TryAdd((message.From, message.Term), message.To)
                    ? message.To
                    : _votes[(message.From, message.Term)]);
                break;
            case MessageType.Vote:
                Assert.True(durable.Term > message.Term || (durable.Term == message.Term && durable.Vote == message.From), "own vote");
                break;
            case MessageType.AppResp when !message.Reject && durable.Term == message.Term:
                Assert.True(member.Log.LastIndex >= message.Index, "acknowledged before it was durable");
                break;
        }
    }

    public void Restarted(ulong id) => _last.Remove(id);

    public void Check()
    {
        foreach (var (id, member) in members.Where(item => !down.Contains(item.Key)))
        {
            CheckMember(id, member.Core);
        }

        if (_checks++ % 64 == 0)
        {
            CheckLogs();
        }
    }

    private void CheckMember(ulong id, RaftCore core)
    {
        Assert.True(core.AppliedIndex <= core.Commit && core.Commit <= core.LastIndex, $"{id}: applied, commit, last");
        var before = _last.GetValueOrDefault(id);
        Assert.True(core.Term >= before.Term && core.Commit >= before.Commit, $"{id}: term or commit went back");
        var elected = core.Role == RaftRole.Leader && (before.Role, before.Term) != (RaftRole.Leader, core.Term);
        if (core.Commit > before.Commit || elected)
        {
            foreach (var entry in core.CopyLog().Where(entry => entry.Index <= core.Commit))
            {
                Decide(entry, core.Term, $"committed at {id}");
            }
        }

        if (elected)
        {
            Assert.Equal(id, _leaders.TryAdd(core.Term, id) ? id : _leaders[core.Term]);
            foreach (var (index, (entry, decidedIn)) in _committed)
            {
                Assert.True(
                    decidedIn >= core.Term || index < core.FirstIndex || core.TermAt(index) == entry.Term,
                    $"leader {id} of term {core.Term} lacks committed entry {index}");
            }
        }

        _last[id] = (core.Term, core.Commit, core.Role);
    }

    private void Decide(Entry entry, ulong term, string where)
    {
        if (!_committed.TryAdd(entry.Index, (entry, term)))
        {
            Assert.True(_committed[entry.Index].Entry == entry, $"{entry} {where}, before {_committed[entry.Index].Entry}");
        }
    }

    // Log matching: where two logs agree on a term, they agree on everything before.
    private void CheckLogs()
    {
        var logs = members.Values.Select(member => member.Core.CopyLog().ToDictionary(entry => entry.Index)).ToList();
        for (var a = 0; a < logs.Count; a++)
        {
            for (var b = a + 1; b < logs.Count; b++)
            {
                var agreed = false;
                foreach (var index in logs[a].Keys.Where(logs[b].ContainsKey).OrderDescending())
                {
                    agreed |= logs[a][index].Term == logs[b][index].Term;
                    Assert.True(!agreed || logs[a][index] == logs[b][index], $"logs differ at {index}");
                }
            }
        }
    }
}
