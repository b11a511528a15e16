using Swarm.Compose.Shapes;
using Swarm.Compose.Syntax;

namespace Swarm.Compose.Conversion;

/// <summary>Limits and reservations of a service.</summary>
internal static class ResourceConverter
{
    /// <exception cref="StackFileException">A share of processors is no number.</exception>
    public static ResourcesDocument Convert(StackRecord resources)
    {
        var limits = resources.OptionalChild("limits");
        var reservations = resources.OptionalChild("reservations");
        return new(
            limits is null ? null : new(Cpus(limits), limits.Integer("memory"), limits.Integer("pids")),
            reservations is null ? null
                : new(Cpus(reservations), reservations.Integer("memory"), Generic(reservations)));
    }

    private static long Cpus(StackRecord resources)
    {
        try
        {
            return resources.Text("cpus") is { Length: > 0 } cpus ? CpuSyntax.ParseNanoCpus(cpus) : 0;
        }
        catch (FormatException exception)
        {
            throw new StackFileException(exception.Message, resources.MarkOf("cpus"));
        }
    }

    private static List<GenericResourceDocument> Generic(StackRecord reservations) =>
        [.. reservations.Records("generic_resources").Select(resource => new GenericResourceDocument(
            resource.OptionalChild("discrete_resource_spec") is { } discrete
                ? new(discrete.Text("kind"), discrete.Integer("value"))
                : null))];
}
