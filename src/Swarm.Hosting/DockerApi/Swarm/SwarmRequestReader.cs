using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary>Reads requests to form or join a swarm, in the order in which Docker finds fault with them.</summary>
internal static class SwarmRequestReader
{
    private static readonly TimeSpan MinCertExpiry = TimeSpan.FromHours(1);

    /// <summary>Reads a request to form a swarm.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>: impossible settings.</exception>
    public static SwarmInitRequest Read(SwarmInitDocument document)
    {
        var listenAddress = ReadListenAddress(document.ListenAddr);
        var spec = SwarmSpecReader.Read(document.Spec);
        CheckDurations(spec);
        var autoLock = spec.AutoLockManagers || document.AutoLockManagers == true;
        var pools = (document.DefaultAddrPool ?? []).Select(pool => (pool ?? "").Trim()).ToValueList();
        CheckDataPath(document.DataPathPort ?? 0, pools, document.SubnetSize ?? 0);
        return new SwarmInitRequest(
            listenAddress,
            document.AdvertiseAddr ?? "",
            document.DataPathAddr ?? "",
            (int)(document.DataPathPort ?? 0),
            document.ForceNewCluster ?? false,
            spec with { AutoLockManagers = autoLock },
            autoLock,
            NodeText.ReadAvailability(document.Availability is null or "" ? "active" : document.Availability),
            pools,
            (int)(document.SubnetSize ?? 0));
    }

    /// <summary>Reads a request to join one.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static SwarmJoinRequest Read(SwarmJoinDocument document)
    {
        var listenAddress = ReadListenAddress(document.ListenAddr);
        var remoteAddresses = document.RemoteAddrs.ToValues();
        if (remoteAddresses.IsEmpty)
        {
            throw DockerApiException.BadRequest("at least 1 RemoteAddr is required to join");
        }

        foreach (var address in remoteAddresses)
        {
            if (address.Length == 0)
            {
                throw DockerApiException.BadRequest("invalid remoteAddr \"\": invalid empty address");
            }
        }

        return new SwarmJoinRequest(
            listenAddress,
            document.AdvertiseAddr ?? "",
            document.DataPathAddr ?? "",
            remoteAddresses,
            document.JoinToken ?? "",
            NodeText.ReadAvailability(document.Availability is null or "" ? "active" : document.Availability));
    }

    private static string ReadListenAddress(string? address) => address is null or ""
        ? throw DockerApiException.BadRequest("invalid ListenAddr \"\": invalid empty address")
        : address;

    /// <summary>Before the swarm exists; Docker finds these when it is too late.</summary>
    private static void CheckDurations(ClusterSpec spec)
    {
        if (spec.CaConfig.NodeCertExpiry < MinCertExpiry)
        {
            throw SwarmException.InvalidArgument("minimum certificate expiry time is: 1h0m0s");
        }

        if (spec.HeartbeatPeriod < TimeSpan.Zero)
        {
            throw SwarmException.InvalidArgument("heartbeat time period cannot be a negative duration");
        }
    }

    private static void CheckDataPath(long port, ValueList<string> pools, long subnetSize)
    {
        try
        {
            DataPathRules.CheckPort(port);
            DataPathRules.CheckPools(pools, subnetSize);
        }
        catch (SwarmException e)
        {
            throw DockerErrors.Plain(e);
        }
    }
}
