using System.Text;
using Swarm.Compose.Loading;
using Swarm.Compose.Values;

namespace Swarm.Compose.Lenient;

/// <summary>Secrets and configs whose data stands in the file or in the environment.</summary>
internal static class FileObjectForms
{
    /// <exception cref="StackFileException">The variable is not set.</exception>
    public static Value Rewrite(string section, string name, Value entry, LoadContext context)
    {
        if (entry.Kind != ValueKind.Map)
        {
            return entry;
        }

        context.InlineData.Remove((section, name));
        var map = new ValueMap();
        foreach (var (key, member) in entry.Map)
        {
            switch (key)
            {
                case "content" when member.Value.Kind == ValueKind.Text:
                    context.InlineData[(section, name)] = Encoding.UTF8.GetBytes(member.Value.Text);
                    break;
                case "environment" when member.Value.Kind == ValueKind.Text:
                    context.InlineData[(section, name)] = Encoding.UTF8.GetBytes(context.Lookup(member.Value.Text)
                        ?? throw new StackFileException(
                            $"{section} {name}: environment variable {GoText.Quote(member.Value.Text)} is not set",
                            member.Value.Mark));
                    break;
                default:
                    map.Add(key, member);
                    break;
            }
        }

        return Value.Of(map, entry.Mark);
    }
}
