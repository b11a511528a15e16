using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Replication;
using Swarm.Raft.Storage;

namespace Swarm.Hosting.Nodes;

/// <summary>Taking up the membership that the last process of the directory had, with the unlock key where it needs one.</summary>
internal sealed partial class SwarmNode
{
    public async Task UnlockAsync(string key, CancellationToken ct)
    {
        await _membership.WaitAsync(ct);
        try
        {
            if (_current is not LockedMembership)
            {
                throw _current is null
                    ? NodeErrors.NotInSwarm()
                    : SwarmException.FailedPrecondition("swarm is not locked");
            }

            var unlockKey = UnlockKey.Parse(key);
            RequireFits(unlockKey);
            _current = await ResumeMembershipAsync(unlockKey, ct);
            if (_current is BrokenMembership broken)
            {
                throw new SwarmException(SwarmErrorCode.Unavailable, broken.Error);
            }
        }
        finally
        {
            _membership.Release();
        }
    }

    // The quorum is gone for good: this manager goes on alone, with all that it has. Its tasks do not notice.
    private async Task<NodeId> BeginAnewAsync(SwarmInitRequest request)
    {
        var manager = _current switch
        {
            ManagerMembership found => found,
            LockedMembership => throw NodeErrors.Locked(),
            BrokenMembership broken => throw new SwarmException(SwarmErrorCode.Unavailable, broken.Error),
            _ => throw NodeErrors.Worker(),
        };
        var member = manager.Runtime.Member;
        var addresses = ConfiguredAddresses.Merge(
            member.Addresses,
            request.ListenAddress is NewSwarm.DefaultListenAddress ? "" : request.ListenAddress,
            request.AdvertiseAddress);
        await manager.ResignAsync();
        try
        {
            member.Move(addresses);
            var runtime = await ManagerRuntime.BeginAnewAsync(_setup, _directory, member, _stopping.Token);
            _current = Manage(runtime);
            await JoinWorkersAsync(runtime, _stopping.Token);
            return runtime.NodeId;
        }
        catch (Exception exception) when (_current == manager)
        {
            LogNotResumed(exception);
            _current = new BrokenMembership(exception.Message);
            await member.StopAsync(TasksAtEnd.RunOn, CancellationToken.None);
            await member.DisposeAsync();
            throw exception is RaftStorageException or IOException or InvalidOperationException
                ? new SwarmException(SwarmErrorCode.Unavailable, exception.Message, exception)
                : exception;
        }
    }

    private async Task<IMembership?> ResumeMembershipAsync(
        ValueList<byte> unlockKey,
        CancellationToken cancellationToken)
    {
        try
        {
            if (_directory.Load() is not { } saved)
            {
                return null;
            }

            if (unlockKey.IsEmpty && _directory.Identity.IsLocked())
            {
                LogLocked();
                return new LockedMembership(_setup, _directory, saved, _executor);
            }

            return _directory.Identity.Load(unlockKey, _setup.Time.GetUtcNow()) is { } identity
                ? await ResumeAsync(identity, ConfiguredAddresses.Of(_options).Move(saved), cancellationToken)
                : null;
        }
        catch (InvalidIdentityException exception)
        {
            return new BrokenMembership(exception.Fault == ChainFault.Expired
                ? NodeErrors.CertificatesExpired().Message
                : exception.Message);
        }
        catch (Exception exception) when (exception is RaftStorageException or SwarmException)
        {
            LogNotResumed(exception);
            return new BrokenMembership(exception.Message);
        }
    }

    private void RequireFits(ValueList<byte> unlockKey)
    {
        try
        {
            _directory.Identity.Load(unlockKey, _setup.Time.GetUtcNow(), allowExpired: true);
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.PermissionDenied)
        {
            throw NodeErrors.WrongUnlockKey();
        }
        catch (InvalidIdentityException)
        {
            // The key fits; what is wrong else is said by the membership.
        }
    }

    private async Task<IMembership> ResumeAsync(
        (NodeIdentity Identity, KeyEncryptionKey Encryption) identity,
        SavedMembership saved,
        CancellationToken cancellationToken)
    {
        var member = new MemberAgent(_setup, _directory, identity.Identity, identity.Encryption, saved, _executor);
        if (identity.Identity.Role == NodeRole.Worker)
        {
            ForgetLog(member);
            member.Start();
            FollowRole(member);
            return new WorkerMembership(member);
        }

        var runtime = await ManagerRuntime.ResumeAsync(_setup, _directory, member, cancellationToken);
        await JoinWorkersAsync(runtime, cancellationToken);
        FollowRole(member);
        return Manage(runtime);
    }

    // Whoever becomes a manager again does so as a new member, with a log and secrets of its own.
    private void ForgetLog(MemberAgent member)
    {
        _directory.ClearLog();
        member.Renewal.ChangeKeyFile(LogSecrets.Forget);
    }

    [LoggerMessage(4021, LogLevel.Error, "The membership of this node could not be taken up")]
    private partial void LogNotResumed(Exception exception);

    [LoggerMessage(4024, LogLevel.Warning, "This manager is locked and waits for \"docker swarm unlock\"")]
    private partial void LogLocked();
}
