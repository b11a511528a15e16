using System.Text;

namespace Swarm.Tool.Stacks;

/// <summary>Values of an option that takes several, separated by commas; double quotes protect a comma.</summary>
internal static class CommaSeparated
{
    public static List<string> Split(IEnumerable<string> values) => [.. values.SelectMany(Split)];

    private static List<string> Split(string value)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var index = 0; index < value.Length; index++)
        {
            if (value[index] == '"' && (isQuoted || field.Length == 0))
            {
                if (isQuoted && index + 1 < value.Length && value[index + 1] == '"')
                {
                    field.Append('"');
                    index++;
                    continue;
                }

                isQuoted = !isQuoted;
            }
            else if (value[index] == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(value[index]);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
