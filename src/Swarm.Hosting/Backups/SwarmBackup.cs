using Swarm.Hosting.Backups;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting;

/// <summary>
/// Backups of a swarm, taken from a manager of this process while it works, and put back where there is none any
/// more. A backup is a tar archive of the files that a manager of one begins with: the state of the swarm at one
/// moment, and who this manager is. The state is encrypted as in the manager's own directory: with autolock nothing
/// in it can be read without the unlock key of the moment, which is therefore to be kept, too. Without autolock
/// whoever has the backup has the swarm.
/// </summary>
public sealed class SwarmBackup
{
    private readonly SwarmNode _node;

    internal SwarmBackup(SwarmNode node) => _node = node;

    /// <summary>Writes a backup that has everything that was acknowledged before the call. Writes go on meanwhile.</summary>
    /// <param name="destination">Where to; left open.</param>
    /// <param name="cancellationToken">Gives up; what was written is of no use then.</param>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.Unavailable"/>: this node is no working manager; <see cref="SwarmErrorCode.NoLeader"/>:
    /// the managers have no quorum.
    /// </exception>
    /// <exception cref="IOException">The disk, or the destination, failed.</exception>
    public Task WriteAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return _node.BackUpAsync(destination, cancellationToken);
    }

    /// <summary>
    /// Puts a backup into the directory of a manager that is in no swarm. Its next start finds the swarm as it was,
    /// with this manager as the only one: the same cluster id, the same services, secrets and join tokens. Other
    /// managers of the time of the backup are workers in it. The managers of the old swarm must not be running.
    /// </summary>
    /// <param name="source">The backup.</param>
    /// <param name="directory">The manager's <see cref="SwarmManagerOptions.DataDirectory"/>; made if it does not exist.</param>
    /// <param name="cancellationToken">Gives up; the directory is as before then.</param>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.FailedPrecondition"/>: the directory belongs to a swarm;
    /// <see cref="SwarmErrorCode.InvalidArgument"/>: the source is no backup, or a part of one.
    /// </exception>
    /// <exception cref="IOException">The disk, or the source, failed.</exception>
    public static Task RestoreAsync(
        Stream source,
        string directory,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return BackupReader.ReadAsync(source, directory, cancellationToken);
    }
}
