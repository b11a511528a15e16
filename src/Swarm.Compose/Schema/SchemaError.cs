namespace Swarm.Compose.Schema;

internal enum SchemaErrorKind
{
    WrongType,
    OneOf,
    Other,
}

/// <summary>A place where a value is not what the schema wants.</summary>
/// <param name="Kind">Decides which error is shown when there are several.</param>
/// <param name="Field">Dotted path; <c>(root)</c> for the file itself.</param>
/// <param name="Description">What is wrong there.</param>
/// <param name="Mark">Where in the file.</param>
/// <param name="Wanted">The type that was wanted instead, readable.</param>
internal sealed record SchemaError(
    SchemaErrorKind Kind, string Field, string Description, SourceMark Mark, string Wanted = "")
{
    /// <summary>How deep the place is; a dot in a name counts too.</summary>
    public int Depth => Field.AsSpan().Count('.') + 1;

    public string Text => $"{Field} {(Kind == SchemaErrorKind.WrongType ? $"must be a {Wanted}" : Description)}";
}
