using System.Globalization;
using System.Text;

namespace Swarm.Templating;

/// <summary>Evaluates one parsed template.</summary>
internal sealed class TemplateEvaluator(string text, TemplateContext context, TemplateLanguage language)
{

    private readonly TemplateStruct _root = TemplateStruct.Of(context);

    internal string Run(List<TemplateNode> nodes)
    {
        var output = new StringBuilder();
        foreach (var node in nodes)
        {
            output.Append(node is TextNode ? node.Text : TemplateFunctions.Print(Evaluate(node)));
            if (output.Length > language.MaximumOutput)
            {
                throw Fail(node, "result is too long");
            }
        }

        return output.ToString();
    }

    private object? Evaluate(TemplateNode node) => node switch
    {
        LiteralNode literal => literal.Value,
        FieldNode field => EvaluateField(field),
        PipelineNode pipeline => EvaluatePipeline(pipeline),
        FunctionNode function => Call(function, []),
        _ => throw Fail(node, $"can't evaluate command \"{node.Text}\""),
    };

    private object? EvaluatePipeline(PipelineNode pipeline)
    {
        object? value = null;
        for (var index = 0; index < pipeline.Commands.Count; index++)
        {
            value = EvaluateCommand(pipeline.Commands[index], index > 0 ? [value] : []);
        }

        return value;
    }

    private object? EvaluateCommand(CommandNode command, ValueList<object?> piped)
    {
        var first = command.Words[0];
        if (first is FunctionNode function)
        {
            var arguments = command.Words.Skip(1).Select(Evaluate).Concat(piped);
            return Call(function, [.. arguments]);
        }

        var value = Evaluate(first);
        return command.Words.Count == 1 && piped.IsEmpty
            ? value
            : throw Fail(first, first is FieldNode { Path.IsEmpty: false } field
                ? $"{field.Path[^1]} is not a method but has arguments"
                : $"can't give argument to non-function {first.Text}");
    }

    private object? Call(FunctionNode function, object?[] arguments)
    {
        try
        {
            return language.Call(function.Text, arguments);
        }
        catch (ArgumentException exception)
        {
            throw Fail(function, exception.Message);
        }
    }

    private object? EvaluateField(FieldNode field)
    {
        var value = field.Receiver is null ? _root : Evaluate(field.Receiver);
        foreach (var name in field.Path)
        {
            value = value switch
            {
                TemplateStruct structure when structure.Fields.TryGetValue(name, out var member) => member,
                ValueDictionary<string> map => map[name] ?? throw Fail(field, $"map has no entry for key \"{name}\""),
                null => throw Fail(field, $"nil data; no entry for key \"{name}\""),
                _ => throw Fail(field, $"can't evaluate field {name} in type {TemplateFunctions.TypeName(value)}"),
            };
        }

        return value;
    }

    // The form of Go's execution errors: line and column in bytes, and the expression.
    private TemplateException Fail(TemplateNode node, string message)
    {
        var before = text.AsSpan(0, node.Position);
        var line = 1 + before.Count('\n');
        var column = Encoding.UTF8.GetByteCount(before[(before.LastIndexOf('\n') + 1)..]);
        return new(string.Create(
            CultureInfo.InvariantCulture,
            $"template: expansion:{line}:{column}: executing \"expansion\" at <{node.Text}>: {message}"));
    }
}
