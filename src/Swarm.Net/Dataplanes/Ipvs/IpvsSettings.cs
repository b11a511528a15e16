namespace Swarm.Net.Ipvs;

/// <summary>
/// Settings of the kernel's IPVS that the plane needs: connections are tracked, so that they can be masqueraded and
/// cut; what led to a back end that is gone is forgotten with the next packet; and clients that were to stay at a back
/// end may leave it when it drains.
/// </summary>
internal sealed class IpvsSettings
{
    private const string Folder = "/proc/sys/net/ipv4/vs";

    private static readonly string[] Needed = ["conntrack", "expire_nodest_conn", "expire_quiescent_template"];

    private readonly Dictionary<string, string> _before = [];

    /// <returns>Why they cannot be set, or null.</returns>
    public async Task<string?> ApplyAsync()
    {
        try
        {
            foreach (var path in Needed.Select(name => Path.Combine(Folder, name)))
            {
                var value = (await File.ReadAllTextAsync(path)).Trim();
                if (value != "1")
                {
                    await File.WriteAllTextAsync(path, "1");
                    _before.TryAdd(path, value);
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"IPVS cannot be set up: {exception.Message}";
        }
    }

    /// <summary>Puts back what was there before.</summary>
    public async Task RestoreAsync()
    {
        foreach (var (path, value) in _before)
        {
            try
            {
                await File.WriteAllTextAsync(path, value);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The module is gone, or the file system is read-only by now.
            }
        }
    }
}
