namespace Swarm.Compose.Schema;

/// <summary>The one line that <c>docker stack</c> shows when a file does not fit its schema.</summary>
internal static class SchemaSummary
{
    public static string Of(List<SchemaError> errors)
    {
        var shown = 0;
        for (var index = 1; index < errors.Count; index++)
        {
            if (errors[index].Depth > errors[shown].Depth || WinsTie(errors[index], errors[shown]))
            {
                shown = index;
            }
        }

        // An alternative that does not fit is explained by the first error of the branch that came closest.
        return errors[shown].Kind == SchemaErrorKind.OneOf && shown + 1 < errors.Count
            ? $"{errors[shown].Field} {errors[shown + 1].Description}"
            : errors[shown].Text;
    }

    private static bool WinsTie(SchemaError error, SchemaError shown) =>
        error.Depth == shown.Depth
        && error.Kind == SchemaErrorKind.WrongType
        && shown.Kind != SchemaErrorKind.WrongType;
}
