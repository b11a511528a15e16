using System.Numerics;

namespace Swarm.Allocation.Addressing;

/// <summary>
/// The numbers from 0 up, each taken or free. Whoever does not ask for a certain one gets the next free one after the
/// one that was chosen last, so that a number that came free is not given out again at once.
/// </summary>
/// <remarks>libnetwork's "serial" order: taking a certain number, or freeing one, does not move the place to go on from.</remarks>
/// <param name="last">The largest number.</param>
internal sealed class NumberSpace(ulong last)
{
    private const int BitsPerWord = 64;

    private readonly Dictionary<ulong, ulong> _words = [];
    private ulong _next;

    /// <summary>How many are taken.</summary>
    public ulong Taken { get; private set; }

    /// <summary>Takes a certain number; false when it is taken or too large.</summary>
    public bool Take(ulong number)
    {
        if (number > last || Contains(number))
        {
            return false;
        }

        _words[number / BitsPerWord] = _words.GetValueOrDefault(number / BitsPerWord) | Bit(number);
        Taken++;
        return true;
    }

    /// <summary>Takes the next free number of a range; null when all of them are taken.</summary>
    public ulong? TakeNext(ulong first, ulong end)
    {
        var found = _next > first ? FirstFree(_next, end) : null;
        if ((found ?? FirstFree(first, end)) is not { } number)
        {
            return null;
        }

        _next = number + 1;
        Take(number);
        return number;
    }

    /// <summary>Gives a number back.</summary>
    public void Free(ulong number)
    {
        if (!Contains(number))
        {
            return;
        }

        Taken--;
        var rest = _words[number / BitsPerWord] & ~Bit(number);
        if (rest == 0)
        {
            _words.Remove(number / BitsPerWord);
        }
        else
        {
            _words[number / BitsPerWord] = rest;
        }
    }

    private static ulong Bit(ulong number) => 1UL << (int)(number % BitsPerWord);

    private bool Contains(ulong number) =>
        (_words.GetValueOrDefault(number / BitsPerWord) & Bit(number)) != 0;

    private ulong? FirstFree(ulong first, ulong end)
    {
        if (first > end)
        {
            return null;
        }

        var candidates = ulong.MaxValue << (int)(first % BitsPerWord);
        for (var word = first / BitsPerWord; word <= end / BitsPerWord; word++)
        {
            var free = ~_words.GetValueOrDefault(word) & candidates;
            if (free != 0)
            {
                var number = (word * BitsPerWord) + (ulong)BitOperations.TrailingZeroCount(free);
                return number <= end ? number : null;
            }

            candidates = ulong.MaxValue;
        }

        return null;
    }
}
