namespace Swarm.Tool.Stacks;

/// <summary>Names of services and nodes by id; asks for each once.</summary>
internal sealed class NameLookup(DockerClient client, bool keepsIds)
{
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public Task<string> ServiceAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"/services/{id}", id, cancellationToken, "Spec", "Name");

    public Task<string> NodeAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"/nodes/{id}", id, cancellationToken, "Description", "Hostname");

    private async Task<string> FindAsync(string path, string id, CancellationToken cancellationToken,
        params string[] member)
    {
        if (keepsIds || id.Length == 0)
        {
            return id;
        }

        if (_known.TryGetValue(path, out var known))
        {
            return known;
        }

        var name = id;
        try
        {
            var found = (await client.GetAsync(path, cancellationToken)).TextAt(member);
            name = found.Length > 0 ? found : id;
        }
        catch (DockerApiException)
        {
            // The id is the name of what is gone.
        }

        return _known[path] = name;
    }
}
