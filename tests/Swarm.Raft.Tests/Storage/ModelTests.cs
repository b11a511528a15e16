using FsCheck;
using FsCheck.Fluent;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Files.InMemory;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

/// <summary>Random histories against the simplest log there is, with restarts and crashes between the steps.</summary>
public sealed class ModelTests
{
    [Fact]
    public void Any_history_of_appends_conflicts_snapshots_rotations_restarts_and_crashes_equals_the_model() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                new History(seed).Run(60);
                return true;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void Any_range_with_any_limit_gives_the_entries_that_the_limit_allows_and_at_least_one() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                var random = new Random(seed);
                var disk = new InMemoryDisk();
                using var storage = Open(disk, Options(disk, 4096));
                var entries = Enumerable.Range(1, 60).Select(i => NewEntry((ulong)i, 1, random.Next(400))).ToArray();
                foreach (var batch in entries.Chunk(7))
                {
                    storage.Save(new HardState(1, 1, 0), batch);
                }

                for (var i = 0; i < 20; i++)
                {
                    var low = (ulong)random.Next(1, 61);
                    var high = (ulong)random.Next((int)low, 62);
                    var limit = (ulong)random.Next(3000);
                    var read = new List<Entry>();
                    storage.ReadEntries(low, high, limit, read);
                    Assert.Equal(Expected(entries, low, high, limit), read);
                }

                return true;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    private static List<Entry> Expected(Entry[] entries, ulong low, ulong high, ulong limit)
    {
        var expected = new List<Entry>();
        var size = 0UL;
        for (var index = low; index < high; index++)
        {
            size += (ulong)entries[index - 1].EncodedSize;
            if (expected.Count > 0 && size > limit)
            {
                break;
            }

            expected.Add(entries[index - 1]);
        }

        return expected;
    }

    private sealed class History(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly InMemoryDisk _disk = new();
        private readonly LogModel _model = new();
        private FileRaftStorage _storage = null!;
        private ulong _term = 1;

        public void Run(int steps)
        {
            Reopen();
            for (var step = 0; step < steps; step++)
            {
                Step();
                Assert.Null(_model.Difference(_storage));
            }

            _storage.Dispose();
        }

        private void Step()
        {
            switch (_random.Next(12))
            {
                case 0:
                    _storage.Dispose();
                    Reopen();
                    break;
                case 1:
                    _disk.Stop();
                    _disk.RestartMachine((PowerLoss)_random.Next(3), _random.Next());
                    Reopen();
                    break;
                case 2:
                    _storage.RotateKeyAsync().AsTask().GetAwaiter().GetResult();
                    break;
                case 3:
                    TakeSnapshot();
                    break;
                case 4:
                    Install();
                    break;
                case 5:
                    Refuse();
                    break;
                default:
                    Append();
                    break;
            }
        }

        private void Append()
        {
            _term += (ulong)_random.Next(2);
            var from = Math.Max(_model.HardState.Commit, _model.Floor) + 1;
            from += (ulong)_random.NextInt64((long)(_model.Last + 2 - from));
            var entries = Entries(from, from + (ulong)_random.Next(6), _term, _random.Next(1200));
            var commit = (ulong)_random.NextInt64((long)_model.HardState.Commit, (long)entries[^1].Index + 1);
            var state = new HardState(_term, (ulong)_random.Next(4), commit);
            _storage.Save(state, entries);
            _model.Append(state, entries);
        }

        private void TakeSnapshot()
        {
            var index = Math.Min(_model.HardState.Commit, _model.Last);
            if (index <= _model.Snapshot.Index)
            {
                return;
            }

            var term = _model[index].Term;
            Assert.True(_storage.SaveSnapshot(index, term, _random.Next(2000)));
            _model.SaveSnapshot(index, term);
            var compact = (ulong)_random.NextInt64((long)_model.Floor, (long)index + 1);
            _storage.Compact(compact);
            _model.Compact(compact);
        }

        private void Install()
        {
            var index = _model.HardState.Commit + 1 + (ulong)_random.Next(20);
            _term++;
            _storage.SaveSnapshot(index, _term, 300, Swarm.Raft.Storage.Snapshots.SnapshotOrigin.Received);
            var state = new HardState(_term, 0, index);
            _storage.Append(state, [], MetadataAt(index, _term));
            _storage.Sync();
            _model.Append(state, [], (index, _term));
        }

        // What does not fit is refused, and the log stays as it is.
        private void Refuse()
        {
            Assert.Throws<ArgumentException>(() => _storage.Append(null, Entries(_model.Last + 2, _model.Last + 3, _term)));
            Assert.Throws<ArgumentException>(() => _storage.Append(new HardState(_term, 0, _model.Last + 1), []));
            if (_model.HardState.Commit > 0)
            {
                Assert.Throws<ArgumentException>(
                    () => _storage.Append(null, Entries(_model.HardState.Commit, _model.HardState.Commit, _term)));
            }
        }

        private void Reopen() => _storage = Open(_disk, Options(_disk, 4096, _random.Next()));
    }
}
