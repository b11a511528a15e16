using FsCheck;
using FsCheck.Fluent;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>The log in memory, against a list.</summary>
public sealed class MemoryRaftLogTests
{
    [Fact]
    public void It_behaves_like_a_list_whatever_is_done_to_it() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var log = new MemoryRaftLog();
            var model = new SortedDictionary<ulong, ulong>();
            var first = 1UL;
            for (var step = 0; step < 200; step++)
            {
                switch (random.Next(6))
                {
                    case 0 when log.LastIndex >= first:
                        var at = first + (ulong)random.NextInt64((long)(log.LastIndex - first + 1));
                        Assert.True(log.TryGetTerm(at, out var term));
                        log.Keep(Make.At(at, term, 1));
                        log.CompactTo(at);
                        first = Math.Max(first, log.Snapshot.Metadata.Index >= at ? at + 1 : first);
                        break;
                    default:
                        var from = Math.Max(first, log.LastIndex + 1 - (ulong)random.Next(0, 4));
                        from = Math.Min(Math.Max(from, log.FirstIndex), log.LastIndex + 1);
                        var count = random.Next(1, 9);
                        foreach (var index in model.Keys.Where(index => index >= from).ToList())
                        {
                            model.Remove(index);
                        }

                        var entries = Make.After(from - 1, [.. Enumerable.Repeat(((ulong)step + 1, "x"), count)]);
                        log.Append(entries);
                        Array.ForEach(entries, entry => model[entry.Index] = entry.Term);
                        break;
                }

                Assert.Equal(log.LastIndex < log.FirstIndex ? log.LastIndex : model.Keys.Last(), log.LastIndex);
                for (var index = log.FirstIndex; index <= log.LastIndex; index++)
                {
                    Assert.True(log.TryGetTerm(index, out var term) && term == model[index]);
                }

                if (log.LastIndex >= log.FirstIndex)
                {
                    var all = log.Read(log.FirstIndex, log.LastIndex + 1, long.MaxValue);
                    Assert.Equal((int)(log.LastIndex - log.FirstIndex + 1), all.Length);
                    Assert.Equal(log.FirstIndex, all.Span[0].Index);
                    Assert.Equal(1, log.Read(log.FirstIndex, log.LastIndex + 1, 1).Length);
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Gaps_and_losses_are_refused()
    {
        var log = new MemoryRaftLog(Make.Base(1));
        Assert.Throws<RaftInvariantException>(() => log.Append(Make.After(11, (2, "x"))));
        Assert.Throws<RaftInvariantException>(() => log.Append(Make.After(9, (2, "x"))));
        log.Append(Make.Entries((2, "x"), (2, "y")));
        Assert.Throws<RaftInvariantException>(() => log.CompactTo(11));
        Assert.False(log.TryGetTerm(9, out _));
        Assert.True(log.TryGetTerm(10, out var term) && term == 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(10, 12, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(11, 14, 100));
    }

    [Fact]
    public void The_size_of_an_entry_is_that_of_its_encoding()
    {
        // Tag and value of type, term and index; tag, length and bytes of the data.
        Assert.Equal(6, new Entry(1, 1, EntryType.Normal, default).EncodedSize);
        Assert.Equal(6 + 1 + 1 + 2 + 300, new Entry(300, 1, EntryType.Normal, new byte[300]).EncodedSize);
    }
}
