using System.Security.Cryptography;

namespace Swarm.Identity;

/// <summary>Ids as SwarmKit makes them: 17 random bytes in base 36.</summary>
public sealed class RandomIdGenerator : IIdGenerator
{
    private const int Length = 25;
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    private readonly Random? _random;

    /// <summary>Ids from the system's secure random numbers.</summary>
    public RandomIdGenerator()
    {
    }

    /// <summary>Ids from a seeded source, for runs that must be repeatable.</summary>
    /// <param name="random">The source; not shared with other threads.</param>
    public RandomIdGenerator(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _random = random;
    }

    /// <inheritdoc/>
    public string Next()
    {
        Span<byte> bytes = stackalloc byte[17];
        if (_random is null)
        {
            RandomNumberGenerator.Fill(bytes);
        }
        else
        {
            _random.NextBytes(bytes);
        }

        return Render(bytes);
    }

    // The top bit is forced on so that the text always has 27 digits; the first of them carries almost no randomness
    // and is dropped, the next 25 are kept.
    private static string Render(Span<byte> bytes)
    {
        bytes[0] |= 0x80;
        var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[1..]);
        UInt128 high = bytes[0];
        return string.Create(Length, (high, low), static (text, number) =>
        {
            const int all = 27;
            var (high, low) = number;
            for (var position = all - 1; position >= 1; position--)
            {
                (high, var carry) = UInt128.DivRem(high, 36);
                (low, var digit) = DivideBy36(carry, low);
                if (position <= Length)
                {
                    text[position - 1] = Digits[digit];
                }
            }
        });
    }

    private static (UInt128 Quotient, int Digit) DivideBy36(UInt128 carry, UInt128 low)
    {
        var upper = (carry << 64) | (low >> 64);
        var (upperQuotient, remainder) = UInt128.DivRem(upper, 36);
        var lower = (remainder << 64) | (ulong)low;
        var (lowerQuotient, digit) = UInt128.DivRem(lower, 36);
        return ((upperQuotient << 64) | lowerQuotient, (int)digit);
    }
}
