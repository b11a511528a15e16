namespace Swarm.Templating;

/// <summary>What a word inside of an action is.</summary>
internal enum TemplateTokenKind
{
    End,
    Space,
    Field,
    Dot,
    Identifier,
    Text,
    Number,
    Character,
    Pipe,
    Open,
    Close,
}

/// <summary>A word inside of an action.</summary>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, int Position, string Text);
