using System.Buffers.Binary;
using System.Text;
using Swarm.Storage;

namespace Swarm.Core.Tests.Storage;

public sealed class IdRankTests
{
    private const string IdCharacters = "0123456789abcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData(IdCharacters, 25, 25)]
    [InlineData("ab", 0, 12)]
    [InlineData("\0a\u00FE\u00FF\u0100\u7FFF\u8000\uFFFF", 0, 12)]
    [InlineData("a\u00FF\u0100", 8, 10)]
    public void Ranks_follow_the_ordinal_order_of_ids(string characters, int shortest, int longest)
    {
        var random = new Random(3);
        string[] ids =
        [
            .. Enumerable.Range(0, 20_000)
                .Select(_ => random.GetString(characters, random.Next(shortest, longest + 1))),
        ];
        Array.Sort(ids, string.CompareOrdinal);

        for (int i = 1; i < ids.Length; i++)
        {
            Assert.True(IdRank.Of(ids[i - 1]) <= IdRank.Of(ids[i]));
        }
    }

    [Fact]
    public void Rank_is_the_first_eight_characters_as_bytes()
    {
        var random = new Random(4);
        for (int i = 0; i < 1_000; i++)
        {
            string id = random.GetString(IdCharacters, 25);
            Assert.Equal(BinaryPrimitives.ReadUInt64BigEndian(Encoding.Latin1.GetBytes(id)), IdRank.Of(id));
        }

        Assert.Equal(0ul, IdRank.Of(""));
        Assert.Equal(0x6162_0000_0000_0000ul, IdRank.Of("ab"));
        Assert.Equal(0x61FF_FFFF_FFFF_FFFFul, IdRank.Of("a\u0100b"));
        Assert.Equal(0x61FF_FFFF_FFFF_FFFFul, IdRank.Of("a\u00FFbcdefgh"));
    }

    [Theory]
    [InlineData(IdCharacters, 25)]
    [InlineData("ab\u00FF\u0100", 12)]
    public void Prefix_range_holds_every_id_with_the_prefix(string characters, int length)
    {
        var random = new Random(6);
        for (int i = 0; i < 5_000; i++)
        {
            string id = random.GetString(characters, length);
            (ulong low, ulong high) = IdRank.OfPrefix(id[..random.Next(length + 1)]);
            Assert.InRange(IdRank.Of(id), low, high);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Prefix_range_of_up_to_eight_characters_is_exact(int length)
    {
        var random = new Random(8);
        for (int i = 0; i < 5_000; i++)
        {
            string prefix = random.GetString("abc", length);
            string id = random.GetString("abc", 25);
            (ulong low, ulong high) = IdRank.OfPrefix(prefix);
            ulong rank = IdRank.Of(id);
            Assert.Equal(id.StartsWith(prefix, StringComparison.Ordinal), rank >= low && rank <= high);
        }
    }

    [Fact]
    public void Empty_prefix_covers_all_ranks() => Assert.Equal((0ul, ulong.MaxValue), IdRank.OfPrefix(""));
}
