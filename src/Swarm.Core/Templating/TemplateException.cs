namespace Swarm.Templating;

/// <summary>A template cannot be read or evaluated; the message is Go's.</summary>
internal sealed class TemplateException(string message) : Exception(message)
{
    internal static TemplateException Parse(int line, string message) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"template: expansion:{line}: {message}"));
}
