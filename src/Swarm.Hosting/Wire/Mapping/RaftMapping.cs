using Google.Protobuf;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;
using RaftPb = Swarm.Hosting.Wire.Protos.Raftpb;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Messages of the log, as etcd writes them: every scalar is set, and what nobody reads is left out.</summary>
internal static class RaftMapping
{
    /// <summary>The message; it refers to the payloads of its entries, and to nothing else of the record.</summary>
    public static RaftPb.Message ToWire(this in Message message)
    {
        var wire = new RaftPb.Message
        {
            Type = (RaftPb.MessageType)message.Type,
            To = message.To,
            From = message.From,
            Term = message.Term,
            LogTerm = message.LogTerm,
            Index = message.Index,
            Commit = message.Commit,
            Reject = message.Reject,
            RejectHint = message.RejectHint,
        };
        foreach (ref readonly var entry in message.Entries.Span)
        {
            wire.Entries.Add(entry.ToWire());
        }

        if (message.Snapshot is { } snapshot)
        {
            wire.Snapshot = snapshot.ToWire();
        }

        if (!message.Context.IsEmpty)
        {
            wire.Context = UnsafeByteOperations.UnsafeWrap(message.Context);
        }

        if (message.Vote != 0)
        {
            wire.Vote = message.Vote;
        }

        if (message.Incarnation != 0)
        {
            wire.Incarnation = message.Incarnation;
        }

        if (message.CommitTerm != 0)
        {
            wire.CommitTerm = message.CommitTerm;
        }

        return wire;
    }

    /// <summary>The message; it refers to the bytes of the wire form.</summary>
    public static Message ToRecord(this RaftPb.Message wire) => new()
    {
        Type = (MessageType)wire.Type,
        To = wire.To,
        From = wire.From,
        Term = wire.Term,
        LogTerm = wire.LogTerm,
        Index = wire.Index,
        Entries = wire.Entries.Count == 0 ? default : wire.Entries.Select(ToRecord).ToArray(),
        Commit = wire.Commit,
        Vote = wire.Vote,
        Snapshot = wire.Snapshot is { Metadata.Index: > 0 } snapshot ? snapshot.ToRecord() : null,
        Reject = wire.Reject,
        RejectHint = wire.RejectHint,
        Context = wire.Context.Memory,
        Incarnation = wire.Incarnation,
        CommitTerm = wire.CommitTerm,
    };

    public static RaftPb.SnapshotMetadata ToWire(this SnapshotMetadata metadata)
    {
        var members = metadata.ConfState;
        var state = new RaftPb.ConfState { AutoLeave = members.AutoLeave };
        state.Voters.AddRange(members.Voters);
        state.Learners.AddRange(members.Learners);
        state.VotersOutgoing.AddRange(members.VotersOutgoing);
        state.LearnersNext.AddRange(members.LearnersNext);
        return new() { ConfState = state, Index = metadata.Index, Term = metadata.Term };
    }

    private static RaftPb.Entry ToWire(this in Entry entry)
    {
        var wire = new RaftPb.Entry { Type = (RaftPb.EntryType)entry.Type, Term = entry.Term, Index = entry.Index };
        if (!entry.Data.IsEmpty)
        {
            wire.Data = UnsafeByteOperations.UnsafeWrap(entry.Data);
        }

        return wire;
    }

    private static Entry ToRecord(RaftPb.Entry wire) =>
        new(wire.Term, wire.Index, (EntryType)wire.Type, wire.Data.Memory);

    private static RaftPb.Snapshot ToWire(this Snapshot snapshot) => new()
    {
        Data = UnsafeByteOperations.UnsafeWrap(snapshot.Data),
        Metadata = snapshot.Metadata.ToWire(),
    };

    private static Snapshot ToRecord(this RaftPb.Snapshot wire) => new()
    {
        Data = wire.Data.Memory,
        Metadata = new SnapshotMetadata
        {
            Index = wire.Metadata.Index,
            Term = wire.Metadata.Term,
            ConfState = wire.Metadata.ConfState is { } state
                ? new ConfState
                {
                    Voters = MemberSet.Create([.. state.Voters]),
                    Learners = MemberSet.Create([.. state.Learners]),
                    VotersOutgoing = MemberSet.Create([.. state.VotersOutgoing]),
                    LearnersNext = MemberSet.Create([.. state.LearnersNext]),
                    AutoLeave = state.AutoLeave,
                }
                : ConfState.Empty,
        },
    };
}
