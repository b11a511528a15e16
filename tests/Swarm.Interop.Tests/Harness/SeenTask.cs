using System.Text.Json;

namespace Swarm.Interop.Tests.Harness;

/// <summary>A task as <c>docker service ps</c> prints it.</summary>
internal sealed record SeenTask(string Id, string Name, string Node, string Desired, string Current, string Error)
{
    /// <summary>Whether the swarm wants it to run, now or next.</summary>
    public bool IsWanted => Desired is "Running" or "Ready";

    public bool Runs => Desired == "Running" && Is("Running");

    /// <summary>Whether the observed state is this one; the command adds the state's age.</summary>
    public bool Is(string state) => Current.StartsWith($"{state} ", StringComparison.Ordinal);

    public static SeenTask From(JsonElement line) => new(
        line.Text("ID"), line.Text("Name"), line.Text("Node"), line.Text("DesiredState"), line.Text("CurrentState"),
        line.Text("Error"));
}

internal static class JsonText
{
    public static string Text(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) ? value.ToString() : "";
}
