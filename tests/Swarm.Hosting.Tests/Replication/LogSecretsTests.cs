using System.Security.Cryptography;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Replication;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;

namespace Swarm.Hosting.Tests.Replication;

public sealed class LogSecretsTests
{
    private static readonly KeyEncryptionKey Unlock = new(UnlockKey.Create(RandomNumberGenerator.Fill), 7);
    private static readonly KeyEncryptionKey Other = new(UnlockKey.Create(RandomNumberGenerator.Fill), 8);

    [Fact]
    public void A_secret_is_made_once_and_survives_the_way_through_the_file()
    {
        var file = LogSecrets.Ensure(NewFile());

        Assert.Equal(file, LogSecrets.Ensure(file));
        Assert.Equal(LogSecrets.Of(file), LogSecrets.Of(NodeKeyFile.Read(file.Write(), default)));
        Assert.Equal(32, LogSecrets.Of(file).Current.Count);
        Assert.True(LogSecrets.Of(LogSecrets.Forget(file)).Current.IsEmpty);
    }

    [Fact]
    public void Another_unlock_key_encrypts_the_secret_and_begins_a_new_one()
    {
        var plain = LogSecrets.Ensure(NewFile());
        var before = LogSecrets.Of(plain);

        var locked = Relocked(plain, Unlock);

        var secrets = LogSecrets.Of(NodeKeyFile.Read(locked.Write(), Unlock.Key));
        Assert.Equal(before.Current, secrets.Current);
        Assert.NotEqual(secrets.Current, secrets.Pending);
        Assert.Equal(secrets.Pending, secrets.Newest);
        Assert.DoesNotContain(Convert.ToBase64String(before.Current.AsSpan()), locked.Write());
        Assert.Throws<InvalidIdentityException>(() => LogSecrets.Of(locked with { Encryption = Other }));
        Assert.Equal(new LogSecrets(secrets.Pending, default), LogSecrets.Of(LogSecrets.Settle(locked)));

        // A change in the middle of a change keeps what the data keys may be closed with.
        Assert.Equal(secrets, LogSecrets.Of(Relocked(locked, Other)));
    }

    [Fact]
    public void A_node_without_a_log_has_nothing_to_encrypt() =>
        Assert.True(LogSecrets.Rewrap(default, KeyEncryptionKey.None, Unlock).IsEmpty);

    [Fact]
    public async Task Scenario_105_a_log_opens_wherever_a_change_of_its_secret_has_stopped()
    {
        var directory = Directory.CreateTempSubdirectory("swarm-log-");
        try
        {
            var file = LogSecrets.Ensure(NewFile());
            await OpenAsync(directory, file, log => log.Append(new HardState(1, 0, 0), []));
            var locked = Relocked(file, Unlock);

            // Stopped before the data keys were closed with the new secret, then before the old one went.
            await OpenAsync(directory, locked, _ => { });
            await OpenAsync(
                directory,
                locked,
                log => log.RewrapKeysAsync(new LogLock(LogSecrets.Of(locked))).AsTask().GetAwaiter().GetResult());
            await OpenAsync(directory, locked, _ => { });
            await OpenAsync(directory, LogSecrets.Settle(locked), log => Assert.Equal(1UL, log.HardState.Term));

            var refusal = await Assert.ThrowsAsync<RaftStorageCorruptException>(
                () => OpenAsync(directory, file, _ => { }));
            Assert.Equal(StorageDamage.WrongKey, refusal.Reason);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task OpenAsync(DirectoryInfo directory, NodeKeyFile file, Action<FileRaftStorage> use)
    {
        using var keys = new LogLock(LogSecrets.Of(file));
        using var log = await FileRaftStorage.OpenAsync(directory.FullName, new() { KeyProvider = keys });
        use(log);
        log.Sync();
    }

    private static NodeKeyFile Relocked(NodeKeyFile file, KeyEncryptionKey key) => file with
    {
        Encryption = key,
        Headers = LogSecrets.Rewrap(file.Headers, file.Encryption, key),
    };

    private static NodeKeyFile NewFile() => new(SigningRequest.Create().PrivateKey, KeyEncryptionKey.None, default);
}
