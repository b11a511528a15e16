using System.Text;

namespace Swarm.Templating;

/// <summary>Fills in the content of secrets and configs whose templating driver is <c>golang</c>.</summary>
/// <remarks>
/// Content is bytes, not text: each byte becomes one character on the way in and one byte on the way out, so that what
/// is not part of a template comes out as it was.
/// </remarks>
internal static class PayloadTemplate
{
    private const string GoDriver = "golang";

    // A config is the longest content; with what it inserts, four of them.
    private const int MaximumLength = 1000 * 1024;
    private const int MaximumOutput = 4 * MaximumLength;

    /// <summary>Fills in content.</summary>
    /// <exception cref="TemplateException">The driver is unknown, or the template cannot be read or evaluated.</exception>
    internal static byte[] Expand(
        ReadOnlySpan<byte> content,
        Driver templating,
        TemplateContext context,
        PayloadFunctions functions)
    {
        if (templating.Name != GoDriver)
        {
            throw new TemplateException("unrecognized template type");
        }

        var language = new TemplateLanguage(
            MaximumLength,
            MaximumOutput,
            new Dictionary<string, Func<string, string>>(StringComparer.Ordinal)
            {
                ["secret"] = Once(target => Bytes(functions.Secret(Text(target)))),
                ["config"] = Once(target => Bytes(functions.Config(Text(target)))),
                ["env"] = name => Encode(functions.Environment(Text(name))),
            });
        return Encoding.Latin1.GetBytes(language.Evaluate(Bytes(content), Encode(context)));
    }

    // Templates may ask for the same content many times.
    private static Func<string, string> Once(Func<string, string> find)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        return target => found.TryGetValue(target, out var text) ? text : found[target] = find(target);
    }

    private static string Bytes(ReadOnlySpan<byte> content) => Encoding.Latin1.GetString(content);

    private static string Bytes(ReadOnlyMemory<byte> content) => Bytes(content.Span);

    private static string Encode(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    private static string Text(string encoded) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(encoded));

    private static TemplateContext Encode(TemplateContext context) => context with
    {
        ServiceName = Encode(context.ServiceName),
        ServiceLabels = context.ServiceLabels
            .Select(label => KeyValuePair.Create(Encode(label.Key), Encode(label.Value)))
            .ToValueDictionary(),
        NodeHostname = Encode(context.NodeHostname),
        TaskName = Encode(context.TaskName),
    };
}

/// <summary>What templates in content may ask for; each refuses with an ArgumentException.</summary>
/// <param name="Secret">Content of the task's secret with a target.</param>
/// <param name="Config">Content of the task's config with a target.</param>
/// <param name="Environment">Value of a variable in the spec; empty when there is none.</param>
internal sealed record PayloadFunctions(
    Func<string, ReadOnlyMemory<byte>> Secret,
    Func<string, ReadOnlyMemory<byte>> Config,
    Func<string, string> Environment);
