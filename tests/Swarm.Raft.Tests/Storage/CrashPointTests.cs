using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files.InMemory;

namespace Swarm.Raft.Tests.Storage;

/// <summary>
/// the machine stops before each change that a workload makes to the disk, loses power in every manner, and
/// starts again. What was acknowledged is there; nothing is there that was not written.
/// </summary>
public sealed class CrashPointTests
{
    private static readonly Action<StorageWorkload>[] Steps =
    [
        work => work.Open(),
        work => work.Append(new HardState(1, 1, 0), StorageFixture.Entries(1, 3, 1)),
        work => work.Sync(),
        work => work.Append(new HardState(1, 1, 2), []),
        work => work.Sync(),
        work => work.Append(null, StorageFixture.Entries(4, 5, 1, 900)),
        work => work.Append(new HardState(2, 3, 3), StorageFixture.Entries(6, 8, 2, 700)),
        work => work.Sync(),
        // Another leader overwrites what was not committed.
        work => work.Append(new HardState(3, 0, 4), StorageFixture.Entries(5, 7, 3, 40)),
        work => work.Sync(),
        // Larger than a segment, so that the next append begins another one.
        work => work.Append(new HardState(3, 2, 6), StorageFixture.Entries(8, 12, 3, 1500)),
        work => work.Sync(),
        work => work.Append(null, StorageFixture.Entries(13, 14, 3)),
        work => work.Sync(),
        work => work.Snapshot(6, 70_000),
        work => work.Compact(5),
        work => work.RotateKey(),
        work => work.Append(new HardState(3, 2, 13), StorageFixture.Entries(15, 16, 3, 3000)),
        work => work.Sync(),
        work => work.Append(null, StorageFixture.Entries(15, 15, 4)),
        work => work.Sync(),
        work => work.Snapshot(13, 100),
        work => work.Append(new HardState(4, 1, 15), StorageFixture.Entries(16, 20, 4, 1200)),
        work => work.Sync(),
        work => work.Snapshot(15, 10),
        work => work.Compact(15),
        work => work.Rewrap(new SecretLogKeyProvider(StorageWorkload.Kek(7), new SeededBytes(5))),
        work => work.Receive(40, 6, 5000),
        work => work.Append(new HardState(6, 0, 40), StorageFixture.Entries(41, 42, 6), (40, 6)),
        work => work.Sync(),
        work => work.Compact(40),
        work => work.Append(new HardState(6, 0, 41), StorageFixture.Entries(42, 44, 7)),
        work => work.Sync(),
        work => work.Append(new HardState(7, 0, 43), []),
        work => work.Sync(),
        work => work.Close(),
        work => work.Open(),
        work => work.Append(null, StorageFixture.Entries(45, 45, 7)),
        work => work.Sync(),
        work => work.Close(),
    ];

    [Fact]
    public void The_workload_runs_to_its_end_without_a_crash()
    {
        var disk = new InMemoryDisk();
        Assert.Null(RunUntilCrash(disk, new StorageWorkload(disk, Options(disk, EitherKey.Old))));
        Assert.True(disk.Changes > 150, $"{disk.Changes} changes are too few to prove anything");
    }

    [Theory]
    [InlineData((int)PowerLoss.LosesEverything, 1)]
    [InlineData((int)PowerLoss.KeepsEverything, 1)]
    [InlineData((int)PowerLoss.TearsAtRandom, 12)]
    public void After_a_loss_of_power_at_any_change_everything_acknowledged_is_there_and_nothing_else(int loss, int seeds) =>
        ForEachCrash(seeds, (disk, seed) => disk.RestartMachine((PowerLoss)loss, seed), secondCrash: false);

    [Fact]
    public void After_the_process_is_killed_at_any_change_everything_acknowledged_is_there_and_nothing_else() =>
        ForEachCrash(1, (disk, _) => disk.RestartProcess(), secondCrash: false);

    [Fact]
    public void A_process_that_is_killed_and_then_a_loss_of_power_lose_nothing_that_the_start_between_has_read() =>
        ForEachCrash(
            1,
            (disk, _) => disk.RestartProcess(),
            secondCrash: false,
            afterStart: (disk, work) =>
            {
                disk.Stop();
                disk.RestartMachine(PowerLoss.LosesEverything, 0);
                work.Resume(Reopen(disk));
            });

    [Fact]
    public void A_second_crash_during_recovery_changes_nothing() =>
        ForEachCrash(4, (disk, seed) => disk.RestartMachine(PowerLoss.TearsAtRandom, seed), secondCrash: true);

    private static void ForEachCrash(
        int seeds, Action<InMemoryDisk, int> restart, bool secondCrash, Action<InMemoryDisk, StorageWorkload>? afterStart = null)
    {
        var probe = new InMemoryDisk();
        RunUntilCrash(probe, new StorageWorkload(probe, Options(probe, EitherKey.Old)));
        for (var change = 1; change <= probe.Changes; change++)
        {
            for (var seed = 0; seed < seeds; seed++)
            {
                try
                {
                    CrashOnce(change, seed, restart, secondCrash, afterStart);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"crash at change {change}, seed {seed}: {exception.Message}", exception);
                }
            }
        }
    }

    private static void CrashOnce(
        int change,
        int seed,
        Action<InMemoryDisk, int> restart,
        bool secondCrash,
        Action<InMemoryDisk, StorageWorkload>? afterStart)
    {
        var disk = new InMemoryDisk { StopsAtChange = change };
        var work = new StorageWorkload(disk, Options(disk, EitherKey.Old));
        Assert.NotNull(RunUntilCrash(disk, work));
        restart(disk, seed);
        if (secondCrash)
        {
            disk.StopsAtChange = disk.Changes + 1 + (seed * 2);
            try
            {
                Reopen(disk).Dispose();
            }
            catch (Exception) when (disk.Stopped)
            {
            }

            disk.Stop();
            restart(disk, seed + 1000);
        }

        work.Resume(Reopen(disk));
        afterStart?.Invoke(disk, work);

        // The log that came back is a whole one: it takes entries and keeps them.
        var last = work.Storage.LastIndex;
        work.Append(new HardState(9, 9, last), StorageFixture.Entries(last + 1, last + 2, 9));
        work.Sync();
        disk.Stop();
        disk.RestartMachine(PowerLoss.LosesEverything, seed);
        work.Resume(Reopen(disk));
    }

    private static string? RunUntilCrash(InMemoryDisk disk, StorageWorkload work)
    {
        foreach (var step in Steps)
        {
            try
            {
                step(work);
            }
            catch (Exception exception) when (disk.Stopped)
            {
                return exception.Message;
            }

            // Closing swallows what fails on the way out.
            if (disk.Stopped)
            {
                return "stopped";
            }
        }

        return null;
    }

    // Exactly one of the two keys opens the log, whenever the crash came.
    private static FileRaftStorage Reopen(InMemoryDisk disk)
    {
        try
        {
            return StorageFixture.Open(disk, Options(disk, EitherKey.Old));
        }
        catch (RaftStorageCorruptException exception) when (exception.Reason == StorageDamage.WrongKey)
        {
            return StorageFixture.Open(disk, Options(disk, EitherKey.New));
        }
    }

    private static FileRaftStorageOptions Options(InMemoryDisk disk, EitherKey key)
    {
        var options = StorageFixture.Options(disk, segmentBytes: 4096);
        options.KeyProvider = new SecretLogKeyProvider(
            StorageWorkload.Kek(key == EitherKey.Old ? (byte)1 : (byte)7), new SeededBytes(3));
        return options;
    }

    private enum EitherKey
    {
        Old,
        New,
    }
}
