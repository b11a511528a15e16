using System.Globalization;
using Swarm.Compose.Conversion;

namespace Swarm.Tool.Stacks;

/// <summary><c>swarm stack ls</c>: the stacks of a swarm, by the labels of its services.</summary>
internal static class ListCommand
{
    private static readonly Listing Listing = new(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["Name"] = "NAME", ["Services"] = "SERVICES" },
        ["Name", "Services"]);

    public static async Task RunAsync(string[] arguments, StackShell shell, CancellationToken cancellationToken)
    {
        var flags = new FlagSet().Add("format").Parse(arguments);
        if (flags.Arguments.Count > 0)
        {
            throw new StackCommandException("\"swarm stack ls\" accepts no arguments");
        }

        using var client = shell.OpenClient();
        var services = await client.ListAsync("/services", [("label", StackNamespace.Label)], cancellationToken);
        var rows = services.Items()
            .GroupBy(service => service.TextAt("Spec", "Labels", StackNamespace.Label), StringComparer.Ordinal)
            .OrderBy(stack => stack.Key, NumberAwareOrder.Instance)
            .Select(stack => new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Name"] = stack.Key,
                ["Services"] = stack.Count().ToString(CultureInfo.InvariantCulture),
            });
        shell.Write(Listing.Format(rows, flags.Value("format") ?? ""));
    }
}
