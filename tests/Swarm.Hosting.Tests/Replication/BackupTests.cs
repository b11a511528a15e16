using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.Replication;

public sealed class BackupTests : QuorumTests
{
    [Fact]
    public async Task A_backup_of_any_manager_becomes_the_same_swarm_with_one_manager()
    {
        var managers = await ManagerUnderTest.FormAsync(3);
        Managers.AddRange(managers);
        var cluster = await managers[0].Client.Cluster.GetAsync();
        await managers[0].Client.Secrets.CreateAsync(new SecretSpec { Name = "password", Data = ValueList.Create<byte>("x"u8) });
        var value = RandomNumberGenerator.GetBytes(32);
        var wrapped = await managers[1].Keys.WrapAsync(value, CancellationToken.None);
        await managers[0].AddConfigAsync("acknowledged");
        using var backup = new MemoryStream();

        // Writes go on meanwhile, and may be in it or not.
        var writing = WriteAsync(managers[0]);
        await managers[1].Backup.WriteAsync(backup);
        await writing;
        foreach (var manager in managers)
        {
            await manager.StopAsync();
        }

        var restored = await RestoreAsync(backup);

        var after = await restored.Client.Cluster.GetAsync();
        Assert.Equal(cluster.Id, after.Id);
        Assert.Equal(cluster.RootCa, after.RootCa);
        Assert.Contains("acknowledged", await restored.ConfigsAsync());
        var nodes = await ManagerUnderTest.BecomesAsync(
            restored.NodesAsync,
            found => found.Any(node => node.ManagerStatus?.Address == $"{restored.Address}:2377"));
        Assert.Equal(3, nodes.Length);
        var self = Assert.Single(nodes, node => node.ManagerStatus is not null);
        Assert.Equal("m1", self.Description?.Hostname);
        Assert.Single(nodes, node => node.Role == NodeRole.Manager);

        // It works: with its secrets, for new members, and over a restart.
        await restored.Client.Secrets.FindAsync("password");
        Assert.Equal(value, (await restored.Keys.UnwrapAsync(wrapped, CancellationToken.None)).ToArray());
        var joined = await ManagerUnderTest.StartAsync("m9");
        Managers.Add(joined);
        await joined.JoinAsync(restored);
        await joined.AddConfigAsync("new");
        await restored.StopAsync();
        await restored.StartAsync();
        await ManagerUnderTest.BecomesAsync(restored.ConfigsAsync, names => names.Contains("new"));
    }

    [Fact]
    public async Task A_backup_of_a_locked_swarm_needs_the_unlock_key()
    {
        var manager = (await ManagerUnderTest.FormAsync(1))[0];
        Managers.Add(manager);
        var cluster = await manager.Client.Cluster.GetAsync();
        await manager.Client.Cluster.UpdateAsync(cluster.Version, cluster.Spec with { AutoLockManagers = true });
        var key = await manager.Client.Cluster.GetUnlockKeyAsync();
        await ManagerUnderTest.BecomesAsync(
            () => File.ReadAllTextAsync(
                Path.Combine(manager.DataDirectory, "swarm", "certificates", "swarm-node.key")),
            text => text.Contains("ENCRYPTED", StringComparison.Ordinal)
                && !text.Contains("pending", StringComparison.Ordinal));
        using var backup = new MemoryStream();
        await manager.Backup.WriteAsync(backup);
        await manager.StopAsync();
        Assert.DoesNotContain(cluster.RootCa.ManagerJoinToken, Encoding.Latin1.GetString(backup.ToArray()));

        var restored = await RestoreAsync(backup);

        Assert.Equal(LocalNodeState.Locked, restored.Node.State);
        await restored.Node.UnlockAsync(key, CancellationToken.None);
        Assert.Equal(cluster.Id, (await restored.Client.Cluster.GetAsync()).Id);
        Assert.Equal(key, await restored.Client.Cluster.GetUnlockKeyAsync());
    }

    [Fact]
    public async Task What_is_no_whole_backup_leaves_the_directory_as_it_was()
    {
        var manager = (await ManagerUnderTest.FormAsync(1))[0];
        Managers.Add(manager);
        using var backup = new MemoryStream();
        await manager.Backup.WriteAsync(backup);
        var bytes = backup.ToArray();
        var directory = Directory.CreateTempSubdirectory("swarm-restore-");
        try
        {
            foreach (var length in Enumerable.Range(0, 24).Select(part => bytes.Length * part / 24))
            {
                await RefusesAsync(bytes[..length], directory);
            }

            await RefusesAsync(Foreign("../escaped"), directory);
            await RefusesAsync(Foreign("swarm/certificates/../../escaped"), directory);
            await RefusesAsync(Foreign("swarm/unknown"), directory);
            await RefusesAsync(Foreign("/etc/escaped"), directory);

            using var whole = new MemoryStream(bytes);
            await SwarmBackup.RestoreAsync(whole, directory.FullName);
            whole.Position = 0;
            var refusal = await Assert.ThrowsAsync<SwarmException>(
                () => SwarmBackup.RestoreAsync(whole, directory.FullName));
            Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_node_that_is_no_manager_has_nothing_to_back_up()
    {
        var node = await ManagerUnderTest.StartAsync("none");
        Managers.Add(node);

        var refusal = await Assert.ThrowsAsync<SwarmException>(() => node.Backup.WriteAsync(Stream.Null));

        Assert.Equal(SwarmErrorCode.Unavailable, refusal.Code);
    }

    private static async Task RefusesAsync(byte[] content, DirectoryInfo directory)
    {
        using var source = new MemoryStream(content);
        var refusal = await Assert.ThrowsAsync<SwarmException>(
            () => SwarmBackup.RestoreAsync(source, directory.FullName));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refusal.Code);
        Assert.Empty(directory.EnumerateFileSystemInfos());
    }

    private static byte[] Foreign(string name)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            Add(tar, "swarm-backup.json", """{"Format":1,"ClusterId":"c","NodeId":"n","Index":1,"TakenAt":"2026-01-01T00:00:00Z","IsLocked":false}""");
            Add(tar, name, "text");
            Add(tar, "swarm/node.json", "{}");
        }

        return archive.ToArray();
    }

    private static void Add(TarWriter tar, string name, string text) => tar.WriteEntry(
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });

    private static async Task WriteAsync(ManagerUnderTest manager)
    {
        for (var i = 0; i < 50; i++)
        {
            await manager.AddConfigAsync($"meanwhile-{i}", 1_000);
        }
    }

    private async Task<ManagerUnderTest> RestoreAsync(MemoryStream backup)
    {
        var restored = await ManagerUnderTest.StartAsync("m1");
        Managers.Add(restored);
        await restored.StopAsync();
        backup.Position = 0;
        await SwarmBackup.RestoreAsync(backup, restored.DataDirectory);
        await restored.StartAsync();
        return restored;
    }
}
