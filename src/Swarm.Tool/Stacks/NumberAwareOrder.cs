namespace Swarm.Tool.Stacks;

/// <summary>Names in the order people expect: <c>web2</c> before <c>web10</c>.</summary>
internal sealed class NumberAwareOrder : IComparer<string>
{
    public static readonly NumberAwareOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            if (char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0]))
            {
                var (leftDigits, rightDigits) = (Digits(left), Digits(right));
                var result = CompareNumbers(left[..leftDigits], right[..rightDigits]);
                if (result != 0)
                {
                    return result;
                }

                left = left[leftDigits..];
                right = right[rightDigits..];
            }
            else if (left[0] != right[0])
            {
                return left[0].CompareTo(right[0]);
            }
            else
            {
                left = left[1..];
                right = right[1..];
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var leftValue = left.TrimStart('0');
        var rightValue = right.TrimStart('0');
        return leftValue.Length != rightValue.Length
            ? leftValue.Length.CompareTo(rightValue.Length)
            : leftValue.SequenceCompareTo(rightValue) is not 0 and var order ? order
                : left.Length.CompareTo(right.Length);
    }
}
