using Swarm.Compose.Values;

namespace Swarm.Compose.Interpolation;

/// <summary>Fills in the variables of every text value of a file.</summary>
internal static class Interpolator
{
    /// <summary>The root mapping with its variables filled in; unchanged parts are shared.</summary>
    /// <exception cref="StackFileException">A text is not valid, a variable is missing or does not fit its place.</exception>
    public static Value Apply(Value root, Func<string, string> substitute) => ValueRewriter.Rewrite(
        root,
        (value, path) =>
        {
            if (value.Kind != ValueKind.Text)
            {
                return value;
            }

            var text = Substitute(value, path, substitute);
            return text == value.Text ? value : Cast(value, path, text);
        });

    private static string Substitute(Value value, ValuePath path, Func<string, string> substitute)
    {
        try
        {
            return substitute(value.Text);
        }
        catch (TemplateFormatException exception)
        {
            throw new StackFileException(
                $"invalid interpolation format for {path}: {GoText.Quote(exception.Message)}; "
                + "you may need to escape any $ with another $",
                value.Mark);
        }
    }

    private static Value Cast(Value value, ValuePath path, string text)
    {
        try
        {
            return CastTable.Apply(path.ToString(), text, value.Mark);
        }
        catch (FormatException exception)
        {
            throw new StackFileException(
                $"error while interpolating {path}: failed to cast to expected type: {exception.Message}",
                value.Mark);
        }
    }
}
