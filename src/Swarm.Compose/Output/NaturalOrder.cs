using System.Text;

namespace Swarm.Compose.Output;

/// <summary>
/// The order of keys in <c>docker stack config</c>: runs of digits by their number, letters after other signs.
/// </summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var left = Runes(x!);
        var right = Runes(y!);
        var afterDigit = false;
        for (var index = 0; index < left.Length && index < right.Length; index++)
        {
            if (left[index] == right[index])
            {
                afterDigit = Rune.IsDigit(left[index]);
                continue;
            }

            return CompareAt(left, right, index, afterDigit);
        }

        return left.Length - right.Length;
    }

    private static Rune[] Runes(string text) => [.. text.EnumerateRunes()];

    private static int CompareAt(Rune[] left, Rune[] right, int index, bool afterDigit)
    {
        var leftIsLetter = Rune.IsLetter(left[index]);
        var rightIsLetter = Rune.IsLetter(right[index]);
        if (leftIsLetter != rightIsLetter)
        {
            return leftIsLetter == afterDigit ? -1 : 1;
        }

        if (!leftIsLetter)
        {
            var isInside = (left[index].Value == '0' || right[index].Value == '0') && HasNumberBefore(left, index);
            var (leftNumber, leftEnd) = Number(left, index, isInside);
            var (rightNumber, rightEnd) = Number(right, index, isInside);
            if (leftNumber != rightNumber)
            {
                return leftNumber.CompareTo(rightNumber);
            }

            if (leftEnd != rightEnd)
            {
                return leftEnd.CompareTo(rightEnd);
            }
        }

        return left[index].CompareTo(right[index]);
    }

    // Zeros inside a number count as digits, not as padding.
    private static bool HasNumberBefore(Rune[] text, int index)
    {
        for (var before = index - 1; before >= 0 && Rune.IsDigit(text[before]); before--)
        {
            if (text[before].Value != '0')
            {
                return true;
            }
        }

        return false;
    }

    private static (long Number, int End) Number(Rune[] text, int start, bool isInside)
    {
        var number = isInside ? 1L : 0L;
        var end = start;
        for (; end < text.Length && Rune.IsDigit(text[end]); end++)
        {
            number = unchecked((number * 10) + text[end].Value - '0');
        }

        return (number, end);
    }
}
