using System.Globalization;

namespace Swarm.Hosting.DockerApi;

/// <summary>What requests for secrets and for configs have in common.</summary>
internal static class FileText
{
    private const int TemplatesSince = 37;

    /// <summary>The version in an update; Docker says less about these than about other objects.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static ObjectVersion ReadVersion(DockerCall call, string kind) =>
        ulong.TryParse(call.Query("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new ObjectVersion(index)
            : throw DockerApiException.BadRequest($"invalid {kind} version");

    /// <summary>Refuses templates of clients that are older than templates.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static void CheckAge(DockerCall call, FileSpecDocument spec, string kind)
    {
        if (spec.Templating is not null && !call.Version.AtLeast(TemplatesSince))
        {
            throw DockerApiException.BadRequest(
                $"{kind} templating is not supported on the specified API version: {call.Version}");
        }
    }

    /// <summary>Content as the model has it; the document's own copy is to be overwritten by whoever read it.</summary>
    public static ValueList<byte> ReadData(byte[]? data) => data is null ? default : [.. data];

    public static bool Matches(
        DockerFilters filters, string id, string name, ValueDictionary<string> labels) =>
        filters.MatchesPrefix("id", id)
        && filters.MatchesPrefix("name", name)
        && filters.MatchesExact("names", name)
        && filters.MatchesLabels("label", labels);
}
