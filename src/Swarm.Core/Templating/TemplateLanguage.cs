namespace Swarm.Templating;

/// <summary>What templates of one sort may say, and how much.</summary>
/// <param name="MaximumLength">Characters of a template.</param>
/// <param name="MaximumOutput">Characters of its result.</param>
/// <param name="Own">Functions besides those of Go, by name; each takes one text. An ArgumentException refuses.</param>
internal sealed record TemplateLanguage(
    int MaximumLength,
    int MaximumOutput,
    IReadOnlyDictionary<string, Func<string, string>>? Own = null)
{
    /// <summary>Templates in the specs of services.</summary>
    internal static TemplateLanguage OfSpecs { get; } = new(65_536, 1 << 20);

    /// <summary>Fills in a template.</summary>
    /// <exception cref="TemplateException">It cannot be read or evaluated.</exception>
    internal string Evaluate(string text, TemplateContext context) =>
        new TemplateEvaluator(text, context, this).Run(TemplateParser.Parse(text, this));

    internal bool Knows(string function) => TemplateFunctions.Exists(function) || Own?.ContainsKey(function) is true;

    internal object? Call(string function, object?[] arguments)
    {
        if (Own is null || !Own.TryGetValue(function, out var own))
        {
            return TemplateFunctions.Call(function, arguments);
        }

        return arguments switch
        {
            [string text] => own(text),
            [var other] => throw Refuse($"wrong type for value; expected string; got {TemplateFunctions.TypeName(other)}"),
            _ => throw Refuse($"wrong number of args for {function}: want 1 got {arguments.Length}"),
        };
    }

    private static ArgumentException Refuse(string message) => new(message, (string?)null);
}
