namespace Swarm.Templating;

/// <summary>A part of a parsed template.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Text">Its source.</param>
internal abstract record TemplateNode(int Position, string Text);

/// <summary>Text outside of actions.</summary>
internal sealed record TextNode(int Position, string Text) : TemplateNode(Position, Text);

/// <summary>A string, number, boolean or <c>nil</c>.</summary>
internal sealed record LiteralNode(int Position, string Text, object? Value) : TemplateNode(Position, Text);

/// <summary>
/// <c>.A.B</c>, read from the context, or from <paramref name="Receiver"/> as in <c>(index .M "x").A</c>.
/// </summary>
internal sealed record FieldNode(int Position, string Text, TemplateNode? Receiver, ValueList<string> Path)
    : TemplateNode(Position, Text);

/// <summary>A function's name.</summary>
internal sealed record FunctionNode(int Position, string Text) : TemplateNode(Position, Text);

/// <summary>A function or value followed by arguments.</summary>
internal sealed record CommandNode(int Position, string Text, ValueList<TemplateNode> Words)
    : TemplateNode(Position, Text);

/// <summary>Commands joined by <c>|</c>; each gets the value of the one before as its last argument.</summary>
internal sealed record PipelineNode(int Position, string Text, ValueList<CommandNode> Commands)
    : TemplateNode(Position, Text);
