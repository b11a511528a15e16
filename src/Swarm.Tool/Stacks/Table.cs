using System.Text;

namespace Swarm.Tool.Stacks;

/// <summary>Text in columns, at least ten wide and three apart.</summary>
internal static class Table
{
    private const int NarrowestColumn = 10;
    private const int Gap = 3;

    public static string Format(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var columns = rows.Max(row => row.Count);
        var widths = Enumerable.Range(0, columns)
            .Select(column =>
                Math.Max(NarrowestColumn, rows.Max(row => column < row.Count ? Width(row[column]) + Gap : 0)))
            .ToList();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var column = 0; column < row.Count; column++)
            {
                text.Append(row[column]);
                if (column < row.Count - 1)
                {
                    text.Append(' ', widths[column] - Width(row[column]));
                }
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static int Width(string text) => text.EnumerateRunes().Count();
}
