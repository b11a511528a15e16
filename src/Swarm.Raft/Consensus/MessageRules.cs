using Swarm.Raft.Quorum;

namespace Swarm.Raft.Consensus;

/// <summary>What a message has to be like before anything is done about it.</summary>
internal static class MessageRules
{
    // Far above anything a log reaches, far below what additions could overflow.
    private const ulong MaxNumber = ulong.MaxValue >> 2;

    /// <summary>Checks a message from a peer against itself.</summary>
    /// <param name="message">The message.</param>
    /// <param name="self">The receiver.</param>
    public static StepStatus Check(in Message message, ulong self)
    {
        if (message.Type is < MessageType.Hup or > MessageType.ForgetLeader)
        {
            return StepStatus.UnknownType;
        }

        if (!TravelsBetweenMembers(message.Type))
        {
            return StepStatus.NotForPeers;
        }

        // Old members leave the receiver out where it is plain.
        if (message.To != self && message.To != 0)
        {
            return StepStatus.WrongReceiver;
        }

        if (message.From == 0 || message.From == self)
        {
            return StepStatus.WrongSender;
        }

        var termIsFree = message.Type is MessageType.ReadIndex;
        if ((message.Term == 0 && !termIsFree) || message.Term > MaxNumber || message.Index > MaxNumber
            || message.LogTerm > MaxNumber || message.Commit > MaxNumber || message.CommitTerm > MaxNumber
            || message.RejectHint > MaxNumber)
        {
            return StepStatus.OutOfRange;
        }

        return message.Type switch
        {
            MessageType.App => CheckEntries(message),
            MessageType.Snap => CheckSnapshot(message),
            MessageType.Vote or MessageType.PreVote when message.LogTerm > message.Term => StepStatus.OutOfRange,
            MessageType.ReadIndex or MessageType.ReadIndexResp when message.Entries.Length != 1 =>
                StepStatus.BadEntries,
            _ => StepStatus.Handled,
        };
    }

    private static bool TravelsBetweenMembers(MessageType type) => type
        is MessageType.App or MessageType.AppResp or MessageType.Snap
        or MessageType.Vote or MessageType.VoteResp or MessageType.PreVote or MessageType.PreVoteResp
        or MessageType.Heartbeat or MessageType.HeartbeatResp
        or MessageType.TransferLeader or MessageType.TimeoutNow
        or MessageType.ReadIndex or MessageType.ReadIndexResp;

    private static StepStatus CheckEntries(in Message message)
    {
        if (message.LogTerm > message.Term || (message.Index == 0) != (message.LogTerm == 0))
        {
            return StepStatus.OutOfRange;
        }

        var (index, term) = (message.Index, message.LogTerm);
        foreach (ref readonly var entry in message.Entries.Span)
        {
            if (entry.Index != ++index || entry.Term < term || entry.Term == 0 || entry.Term > message.Term
                || entry.Type is < EntryType.Normal or > EntryType.ConfChangeV2)
            {
                return StepStatus.BadEntries;
            }

            term = entry.Term;
        }

        return StepStatus.Handled;
    }

    private static StepStatus CheckSnapshot(in Message message) =>
        message.Snapshot is { IsEmpty: false, Metadata: { Term: > 0 } metadata }
        && metadata.Term <= message.Term
        && metadata.Index <= MaxNumber
        && MembershipAlgebra.IsConsistent(metadata.ConfState)
            ? StepStatus.Handled
            : StepStatus.BadSnapshot;
}
