using Microsoft.Extensions.Logging;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Files.InMemory;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

/// <summary>R-13: a last batch that was not finished is dropped, said so, and nothing else is lost.</summary>
public sealed class TornTailTests
{
    private const int Sector = 512;

    [Fact]
    public void A_log_that_ends_at_any_byte_of_its_last_batch_starts_without_that_batch()
    {
        var disk = LogWithAnUnfinishedBatch(out var start, out var end);
        var path = LastSegment(disk);
        var whole = disk.ReadAll(path);
        for (var length = start; length < end; length++)
        {
            var torn = disk.Copy();
            torn.Put(path, whole.AsSpan(0, length));
            Assert.Equal(4UL, LastAfterStart(torn, out _));
        }
    }

    [Fact]
    public void A_last_batch_of_which_any_bytes_reached_the_disk_is_dropped_and_reported()
    {
        var disk = LogWithAnUnfinishedBatch(out var start, out var end);
        var path = LastSegment(disk);
        var whole = disk.ReadAll(path);
        for (var length = start; length < end; length++)
        {
            var torn = disk.Copy();
            var bytes = whole.ToArray();
            bytes.AsSpan(length).Clear();
            torn.Put(path, bytes);
            Assert.Equal(4UL, LastAfterStart(torn, out var warnings));

            // The whole note at the start of the frame may stand there alone, behind a batch that nothing follows.
            var frame = bytes.AsSpan(start, end - start);
            var loneNote = frame[..16].SequenceEqual(whole.AsSpan(start, 16)) && !frame[16..].ContainsAnyExcept((byte)0);
            Assert.Equal(frame.ContainsAnyExcept((byte)0) && !loneNote, warnings.Count > 0);
            Assert.All(warnings, warning => Assert.Contains(path, warning, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_last_batch_with_any_of_its_sectors_missing_or_garbled_is_dropped()
    {
        var disk = LogWithAnUnfinishedBatch(out var start, out var end);
        var path = LastSegment(disk);
        var whole = disk.ReadAll(path);
        var sectors = (end - start + Sector - 1) / Sector;
        Assert.True(sectors >= 3);
        var random = new Random(4);
        for (var fates = 1; fates < Math.Pow(3, sectors); fates++)
        {
            var bytes = whole.ToArray();
            var rest = fates;
            for (var sector = 0; sector < sectors; sector++, rest /= 3)
            {
                var span = bytes.AsSpan(start + (sector * Sector), Sector);
                if (rest % 3 == 1)
                {
                    span.Clear();
                }
                else if (rest % 3 == 2)
                {
                    random.NextBytes(span);
                }
            }

            var torn = disk.Copy();
            torn.Put(path, bytes);
            Assert.Equal(4UL, LastAfterStart(torn, out _));
        }
    }

    [Fact]
    public void After_a_torn_tail_the_log_takes_other_entries_in_its_place_and_keeps_them()
    {
        var disk = LogWithAnUnfinishedBatch(out var start, out _);
        var path = LastSegment(disk);
        disk.Put(path, disk.ReadAll(path).AsSpan(0, start + 100));
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(3, 0, 4), Entries(5, 6, 3));
        }

        using var again = Open(disk);
        Assert.Equal(6UL, again.LastIndex);
        Assert.True(again.TryGetTerm(6, out var term));
        Assert.Equal(3UL, term);
    }

    // Four entries were acknowledged; of the batch behind them the last byte is missing in memory of the disk, so that any
    // part of it may be taken away.
    private static InMemoryDisk LogWithAnUnfinishedBatch(out int start, out int end)
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk, Options(disk, seed: 8));
        storage.Save(new HardState(1, 1, 0), Entries(1, 2, 1));
        storage.Save(null, Entries(3, 4, 1));
        var before = disk.ReadAll(LastSegment(disk));
        disk.Before = (operation, _) =>
        {
            if (operation == DiskOperation.Sync)
            {
                disk.Stop();
                throw new MachineStoppedException();
            }
        };
        Assert.Throws<RaftStorageFaultedException>(() => storage.Save(new HardState(2, 2, 3), Entries(5, 8, 2, 300)));
        disk.RestartProcess();
        disk.Before = null;
        var after = disk.ReadAll(LastSegment(disk));
        var from = Enumerable.Range(0, after.Length).First(i => i >= before.Length ? after[i] != 0 : after[i] != before[i]);
        start = from / Sector * Sector;
        end = after.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        return disk;
    }

    private static ulong LastAfterStart(InMemoryDisk disk, out List<string> warnings)
    {
        var logger = new RecordingLogger();
        var options = Options(disk);
        options.Logger = logger;
        using var storage = Open(disk, options);
        Assert.Equal(Entries(1, 4, 1), storage.All());
        Assert.Equal(new HardState(1, 1, 0), storage.HardState);
        warnings = logger.Warnings;
        return storage.LastIndex;
    }

    private sealed class RecordingLogger : ILogger
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                Warnings.Add(formatter(state, exception));
            }
        }
    }
}
