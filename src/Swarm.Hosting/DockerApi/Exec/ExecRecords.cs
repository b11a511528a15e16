using System.Security.Cryptography;

namespace Swarm.Hosting.DockerApi;

/// <summary>The commands that clients have asked for; the oldest that do not run are forgotten.</summary>
internal sealed class ExecRecords
{
    /// <summary>How many are remembered.</summary>
    public const int Capacity = 1024;

    private const int IdLength = 64;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, ExecRecord> _records = new(StringComparer.Ordinal);

    /// <exception cref="DockerApiException">Status 429: too many run.</exception>
    public ExecRecord Add(string containerId, ExecCreateDocument request)
    {
        var id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);
        var record = new ExecRecord(id, containerId, request);
        lock (_gate)
        {
            if (_records.Count >= Capacity)
            {
                _records.Remove(_records.Values.FirstOrDefault(old => !old.IsRunning)?.Id
                    ?? throw DockerApiException.TooMany(
                        $"{Capacity} commands run on this node already; wait for one of them to end"));
            }

            _records.Add(id, record);
            return record;
        }
    }

    /// <exception cref="DockerApiException">Status 404.</exception>
    public ExecRecord Get(string id)
    {
        lock (_gate)
        {
            return _records.TryGetValue(id, out var record)
                ? record
                : throw DockerApiException.NotFound($"No such exec instance: {id}");
        }
    }

    /// <summary>Ids of those that run in a container; null when there are none.</summary>
    public string[]? RunningIn(string containerId)
    {
        lock (_gate)
        {
            string[] ids = [.. _records.Values
                .Where(record => record.ContainerId == containerId && record.IsRunning)
                .Select(record => record.Id)];
            return ids.Length > 0 ? ids : null;
        }
    }
}
