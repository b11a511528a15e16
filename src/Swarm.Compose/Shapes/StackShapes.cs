namespace Swarm.Compose.Shapes;

/// <summary>The shapes of the stack format. Fields are in the order of <c>docker stack config</c>.</summary>
internal static class StackShapes
{
    public static readonly Shape Text = new(ShapeKind.Text);

    public static readonly Shape Boolean = new(ShapeKind.Boolean);

    public static readonly Shape Integer = new(ShapeKind.Integer);

    public static readonly Shape Unsigned = new(ShapeKind.Unsigned);

    /// <summary>A number whose absence differs from zero; a later file may set it to zero.</summary>
    public static readonly Shape Count = Unsigned.Optional with { Merge = MergeRule.ReplaceWhenGiven };

    public static readonly Shape Duration = new(ShapeKind.Duration) { ShortForm = ShortForm.Duration };

    public static readonly Shape Bytes = new(ShapeKind.Bytes) { ShortForm = ShortForm.Size };

    public static readonly Shape Texts = ListOf(Text);

    public static readonly Shape TextOrTexts = Texts with { ShortForm = ShortForm.Texts };

    public static readonly Shape Command = Texts with { ShortForm = ShortForm.Command, Merge = MergeRule.Replace };

    public static readonly Shape Hosts = Texts with { ShortForm = ShortForm.Hosts };

    public static readonly Shape Mapping = MapOf(Text) with { ShortForm = ShortForm.Mapping };

    public static readonly Shape Variables = MapOf(Text.Optional) with { ShortForm = ShortForm.Environment };

    public static readonly Shape Options = MapOf(Text) with { ShortForm = ShortForm.PrintedMap };

    public static readonly Shape External =
        RecordOf(Field("name", "Name", Text), Field("external", "External", Boolean))
        with
        { ShortForm = ShortForm.External };

    public static Shape ListOf(Shape element) => new(ShapeKind.List) { Element = element };

    public static Shape MapOf(Shape element) => new(ShapeKind.Map) { Element = element };

    public static Shape RecordOf(params ReadOnlySpan<FieldShape> fields) => RecordOf(new RecordShape(fields));

    public static Shape RecordOf(RecordShape record) => new(ShapeKind.Record) { Record = record };

    public static FieldShape Field(string key, string decodeName, Shape shape) =>
        new(key, shape) { DecodeName = decodeName };

    /// <summary>A field that is looked for under the very key it is printed with.</summary>
    public static FieldShape Field(string key, Shape shape) => new(key, shape) { DecodeName = key };
}
