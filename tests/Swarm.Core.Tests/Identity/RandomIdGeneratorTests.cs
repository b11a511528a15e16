using System.Numerics;
using Swarm.Identity;

namespace Swarm.Core.Tests.Identity;

public sealed class RandomIdGeneratorTests
{
    [Fact]
    public void Ids_are_digits_2_to_26_of_17_bytes_in_base_36_with_the_top_bit_set()
    {
        var ids = new RandomIdGenerator(new Random(5));
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[17];
            random.NextBytes(bytes);
            bytes[0] |= 0x80;

            Assert.Equal(ToBase36(new BigInteger(bytes, isUnsigned: true, isBigEndian: true)).Substring(1, 25), ids.Next());
        }
    }

    [Fact]
    public void Equal_seeds_give_equal_ids_and_no_seed_gives_different_ones()
    {
        Assert.Equal(new RandomIdGenerator(new Random(1)).Next(), new RandomIdGenerator(new Random(1)).Next());
        Assert.NotEqual(new RandomIdGenerator().Next(), new RandomIdGenerator().Next());
        Assert.Matches("^[0-9a-z]{25}$", new RandomIdGenerator().Next());
    }

    private static string ToBase36(BigInteger value)
    {
        var text = "";
        for (; value > 0; value /= 36)
        {
            text = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(value % 36)] + text;
        }

        return text;
    }
}
