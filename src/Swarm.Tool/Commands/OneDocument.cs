using System.Text;
using System.Text.Json;

namespace Swarm.Tool.Commands;

/// <summary>The result of a command that has little to say, as one line of JSON.</summary>
internal static class OneDocument
{
    public static string Write(params ReadOnlySpan<(string Name, string Value)> members)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var (name, value) in members)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
