using Swarm.Raft.Tracking;

namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    private ulong _transferTarget;

    /// <summary>
    /// Hands leadership to another voter. Proposals are refused meanwhile; after an election timeout without effect
    /// this member goes on leading.
    /// </summary>
    /// <param name="to">The voter.</param>
    public TransferStatus Transfer(ulong to)
    {
        if (!IsLeader)
        {
            return TransferStatus.NotLeader;
        }

        if (to == Id)
        {
            return TransferStatus.AlreadyLeader;
        }

        if (_tracker.Find(to) is not { } peer || !_tracker.IsVoter(to))
        {
            return TransferStatus.NotVoter;
        }

        if (_transferTarget == to)
        {
            return TransferStatus.Started;
        }

        (_transferTarget, _electionElapsed) = (to, 0);
        _reads.EndLease();
        if (peer.Match == _log.LastIndex)
        {
            OrderCampaign(to);
        }
        else
        {
            Owe(peer, AppendDue.Always);
        }

        return TransferStatus.Started;
    }

    private void OrderCampaign(ulong to) => Send(new Message
    {
        Type = MessageType.TimeoutNow,
        To = to,
        Index = _log.LastIndex,
        LogTerm = _log.LastTerm,
    });
}
