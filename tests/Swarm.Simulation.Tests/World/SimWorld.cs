using Swarm.Raft;
using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>Makes the disk of a member: its id, what it begins with, and the mistake that its host makes.</summary>
internal delegate MemberDisk DiskMaker(int id, Snapshot start, Entry[] entries, HardState state, SimRandom random);

/// <summary>
/// A group in one thread under virtual time. Everything that happens is drawn from one seed: two runs of a seed are the
/// same run.
/// </summary>
internal sealed partial class SimWorld
{
    public const int MaxMembers = 9;

    private readonly HistoryPlan _plan;
    private readonly HostMistake _mistake;
    private readonly DiskMaker _makeDisk;
    private readonly EventQueue _queue = new();
    private readonly SimMember?[] _members = new SimMember?[MaxMembers + 1];
    private readonly Laws _laws;
    private readonly ClientHistory _clients = new();
    private readonly SimRandom _coreRandom;
    private readonly SimRandom _mailRandom;
    private readonly SimRandom _hostRandom;
    private readonly SimRandom _diskRandom;
    private readonly SimRandom _workload;
    private readonly SimRandom _faults;
    private readonly long _heldBackTime;
    private bool _calm;
    private long _now;
    private int _events;
    private ulong _trace;

    public SimWorld(ulong seed, HistoryPlan plan, SimRandom random, DiskMaker disks, HostMistake mistake)
    {
        Seed = seed;
        (_plan, _makeDisk, _mistake) = (plan, disks, mistake);
        (_coreRandom, _mailRandom, _hostRandom) = (random.Split(), random.Split(), random.Split());
        (_diskRandom, _workload, _faults) = (random.Split(), random.Split(), random.Split());
        _heldBackTime = plan.Core.ElectionTicks * HistoryPlan.Tick;
        _laws = new Laws(_members);
    }

    public ulong Seed { get; }

    /// <summary>Hash of everything that happened.</summary>
    public ulong Trace => _trace;

    public int Events => _events;

    public int Elections => _laws.Elections;

    public int Answered => _clients.Done;

    public int AnsweredReads => _clients.DoneReads;

    public ulong Decided => _laws.Decided;

    public int Crashes { get; private set; }

    public int MembershipChanges { get; private set; }

    public int SnapshotsInstalled { get; private set; }

    /// <summary>Takes a line for everything that happens; null for nobody.</summary>
    public Action<string>? Tell { get; set; }

    /// <summary>Lets the history happen, heals everything, and waits for progress.</summary>
    /// <exception cref="SimulationFailure">A law is broken.</exception>
    public void Run()
    {
        try
        {
            Begin();
            while (_events < _plan.Events)
            {
                HappenNext();
            }

            Heal();
            _clients.Check(_laws.List);
        }
        catch (Exception exception) when (exception is not SimulationFailure)
        {
            throw new SimulationFailure($"a member failed: {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    private void Begin()
    {
        var voters = new (ulong, ReadOnlyMemory<byte>)[_plan.Voters];
        for (var i = 0; i < voters.Length; i++)
        {
            voters[i] = ((ulong)i + 1, default);
        }

        var start = Snapshot.None;
        var (entries, state) = (Array.Empty<Entry>(), default(HardState));
        if (_plan.BeginsWithSnapshot)
        {
            start = new Snapshot
            {
                Metadata = new SnapshotMetadata
                {
                    Index = 10,
                    Term = 1,
                    ConfState = new ConfState
                    {
                        Voters = [.. voters.Select(voter => voter.Item1)],
                        Learners = _plan.Learners > 0 ? [(ulong)_plan.Voters + 1] : [],
                    },
                },
                Data = SnapshotState.Write(0, 0),
            };
            state = new HardState(1, 0, 10);
        }
        else
        {
            (var made, state) = RaftBootstrap.Create(voters);
            entries = [.. made];
        }

        _laws.Begin(start, entries);
        for (var id = 1; id <= _plan.Voters + (_plan.BeginsWithSnapshot ? _plan.Learners : 0); id++)
        {
            Make(id, start, entries, state);
        }

        if (_hostRandom.Next(3) != 0)
        {
            _members[1 + _hostRandom.Next(_plan.Voters)]!.Core.Campaign();
        }

        _queue.Add(_workload.Next(2000), SimEventKind.Client);
        _queue.Add(_workload.Next((int)_plan.AdminEvery), SimEventKind.Admin);
        _queue.Add(_faults.Next((int)_plan.FaultEvery), SimEventKind.Fault);
    }

    private SimMember Make(int id, Snapshot start, Entry[] entries, HardState state)
    {
        var disk = _makeDisk(id, start, entries, state, _diskRandom.Split());
        var member = _members[id] = new SimMember(id, disk)
        {
            TickTime = HistoryPlan.Tick * 1000 / (1000 + _hostRandom.Next(-_plan.ClockSpread, _plan.ClockSpread + 1)),
        };
        Boot(member);
        return member;
    }

    private void Boot(SimMember member)
    {
        member.Disk.Open();
        var log = member.Disk.Log;
        var snapshot = member.Disk.LoadSnapshot();
        if (_mistake == HostMistake.AppliesTwice)
        {
            member.RestoreIndexOnly(snapshot);
        }
        else
        {
            member.Restore(snapshot);
            _laws.Restored(member, snapshot);
        }

        member.Start(new RaftCore(
            OptionsOf(member.Id) with { Applied = snapshot.Metadata.Index }, log, member.Disk.State, _coreRandom));
        member.LastSnapshot = member.HandedOut = snapshot.Metadata.Index;
        _laws.Started(member);
        member.ResumedAt = _now;
        _queue.Add(_now + _hostRandom.Next((int)member.TickTime), SimEventKind.Tick, member.Id, member.Boot);
        AfterInput(member);
    }

    private RaftCoreOptions OptionsOf(int id)
    {
        var options = _plan.Core with { Id = (ulong)id };
        if (_mistake == HostMistake.SnapshotLossUnnoticed)
        {
            options = options with { SnapshotTicks = 0 };
        }

        return _plan.DifferentSettings
            ? options with { PreVote = id % 2 == 0, CheckQuorum = id % 3 == 0, MaxInflightMessages = id }
            : options;
    }

    private void HappenNext()
    {
        var next = _queue.Take();
        _now = next.Time;
        _events++;
        if (next.Member == 0)
        {
            HappenOutside(next);
            return;
        }

        var member = _members[next.Member]!;
        if (next.Kind == SimEventKind.Deliver)
        {
            if (IsHeldBack(member, next))
            {
                return;
            }

            Deliver(member, next.Argument);
        }
        else if (next.Kind == SimEventKind.Restart)
        {
            Restart(member);
        }
        else if (next.Boot != member.Boot || !member.Up || IsHeldBack(member, next))
        {
            return;
        }
        else
        {
            Happen(member, next);
        }

        Note(next, member);
    }

    // A member that is paused finds everything waiting when it goes on.
    private bool IsHeldBack(SimMember member, in SimEvent item)
    {
        if (member.PausedUntil <= _now || !member.Up)
        {
            return false;
        }

        _events--;
        _queue.Add(member.PausedUntil, item.Kind, item.Member, item.Boot, item.Argument);
        return true;
    }

    private void Note(in SimEvent item, SimMember member)
    {
        _trace = Mixing.Mix(_trace, (ulong)item.Time ^ ((ulong)item.Kind << 56) ^ ((ulong)item.Member << 48));
        if (member.Up)
        {
            _trace = Mixing.Mix(_trace, member.Core.Term ^ (member.Core.Commit << 20) ^ (member.Core.LastIndex << 40));
        }

        Tell?.Invoke(!member.Up ? $"{item.Time} {item.Kind} {item.Member}: down" :
            $"{item.Time} {item.Kind} {item.Member}: {member.Core.Role} term {member.Core.Term} leader {member.Core.Leader} "
            + $"log {member.Core.FirstIndex}..{member.Core.LastIndex} commit {member.Core.Commit} applied {member.Applied}");
    }

    private void Happen(SimMember member, in SimEvent item)
    {
        switch (item.Kind)
        {
            case SimEventKind.Tick:
                Tick(member);
                break;
            case SimEventKind.Work:
                member.WorkPlanned = false;
                Work(member);
                break;
            case SimEventKind.Flushed:
                Flushed(member);
                break;
            case SimEventKind.Persisted:
                member.Core.Persisted((ulong)item.Argument);
                AfterInput(member);
                break;
            case SimEventKind.Apply:
                member.ApplyPlanned = false;
                ApplySome(member, all: _faults.Next(2) == 0);
                AfterInput(member);
                break;
            case SimEventKind.SnapshotSaved:
                SnapshotSaved(member);
                break;
            case SimEventKind.Leave when member.Gone && (!_calm || member.Core.Role == RaftRole.Leader):
                Leave(member);
                break;
            case SimEventKind.Leave:
                // It was added again meanwhile, or may have been without knowing it yet.
                member.Gone = false;
                break;
            case SimEventKind.Report:
                Report(member, item.Argument);
                break;
            default:
                throw new InvalidOperationException($"nothing is known about {item.Kind}");
        }
    }

    private void HappenOutside(in SimEvent item)
    {
        switch (item.Kind)
        {
            case SimEventKind.Client:
                Ask();
                _queue.Add(_now + 1 + _workload.Next((int)(_calm ? 1000 : 2 * _plan.ClientEvery)), SimEventKind.Client);
                break;
            case SimEventKind.Admin:
                Administer();
                _queue.Add(_now + 1 + _workload.Next((int)(_calm ? 2000 : 2 * _plan.AdminEvery)), SimEventKind.Admin);
                break;
            case SimEventKind.Operate when !_calm:
                Administer();
                break;
            case SimEventKind.Fault when !_calm:
                Disturb();
                _queue.Add(_now + 1 + _faults.Next((int)(2 * _plan.FaultEvery)), SimEventKind.Fault);
                break;
            case SimEventKind.LinksHeal:
                HealLinks();
                break;
        }
    }
}
