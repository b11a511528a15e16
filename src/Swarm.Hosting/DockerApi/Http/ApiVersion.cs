using System.Globalization;

namespace Swarm.Hosting.DockerApi;

/// <summary>A version of the Docker Engine API, such as 1.41.</summary>
internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>Oldest version answered; docker CLI 28 speaks no older one either.</summary>
    public static ApiVersion Minimum { get; } = new(1, 24);

    /// <summary>Newest version answered: what docker CLI 28.2 speaks.</summary>
    public static ApiVersion Maximum { get; } = new(1, 50);

    /// <summary>Reads <c>1.41</c>; numbers too large to count are as large as can be.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ApiVersion version)
    {
        version = default;
        var dot = text.IndexOf('.');
        if (dot <= 0 || !IsNumber(text[..dot]) || !IsNumber(text[(dot + 1)..]))
        {
            return false;
        }

        version = new(ParseSaturated(text[..dot]), ParseSaturated(text[(dot + 1)..]));
        return true;
    }

    public int CompareTo(ApiVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>True when this is version 1.<paramref name="minor"/> or newer.</summary>
    public bool AtLeast(int minor) => CompareTo(new(1, minor)) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');

    private static int ParseSaturated(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
}
