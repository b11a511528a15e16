namespace Swarm.Certificates;

/// <summary>The key that unlocks managers after a restart; its text is <c>SWMKEY-1-</c> and unpadded base64.</summary>
internal static class UnlockKey
{
    private const string Prefix = "SWMKEY-1-";
    private const int Size = 32;

    public static ValueList<byte> Create(RandomBytes random)
    {
        var key = new byte[Size];
        random(key);
        return ValueList.Create<byte>(key);
    }

    /// <summary>The key as text; empty without a key.</summary>
    public static string Format(ValueList<byte> key) =>
        key.IsEmpty ? "" : Prefix + Convert.ToBase64String(key.AsSpan()).TrimEnd('=');

    /// <summary>Reads a key.</summary>
    /// <exception cref="SwarmException">It is not one.</exception>
    public static ValueList<byte> Parse(string text)
    {
        Span<byte> key = stackalloc byte[Size];
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..] + "=", key, out var written)
            && written == Size
                ? ValueList.Create<byte>(key)
                : throw SwarmException.InvalidArgument("invalid key string");
    }
}
