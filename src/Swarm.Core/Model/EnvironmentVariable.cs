namespace Swarm;

/// <summary>One entry of an environment.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; null unsets a variable that the image sets.</param>
public sealed record EnvironmentVariable(string Name, string? Value)
{
    /// <summary>Reads <c>NAME=value</c>; without an equals sign the value is null.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The entry.</returns>
    public static EnvironmentVariable Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var split = text.IndexOf('=', StringComparison.Ordinal);
        return split < 0 ? new(text, null) : new(text[..split], text[(split + 1)..]);
    }

    /// <summary>The entry as <c>NAME=value</c>.</summary>
    /// <returns>The text that <see cref="Parse"/> reads.</returns>
    public override string ToString() => Value is null ? Name : $"{Name}={Value}";
}
