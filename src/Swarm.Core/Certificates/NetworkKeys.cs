namespace Swarm.Certificates;

/// <summary>
/// Keys that nodes encrypt their network gossip and overlay traffic with. Each use has a ring of three: the newest is
/// used, the one before it is still understood, and the next one is known before anybody uses it.
/// </summary>
internal static class NetworkKeys
{
    /// <summary>Keys per use (SwarmKit's number).</summary>
    public const int RingSize = 3;

    /// <summary>Bytes of a key: AES with 128 bits, which is what engines expect.</summary>
    private const int KeyLength = 16;

    /// <summary>The use of the keys that nodes encrypt their gossip with.</summary>
    public const string Gossip = "networking:gossip";

    // The uses that engines know.
    private static readonly string[] Subsystems = [Gossip, "networking:ipsec"];

    /// <summary>The cluster with its first keys.</summary>
    public static Cluster Begin(Cluster cluster, RandomBytes random)
    {
        for (var i = 0; i < RingSize; i++)
        {
            cluster = Rotate(cluster, random);
        }

        return cluster;
    }

    /// <summary>The cluster with a new key for each use, in place of the oldest one.</summary>
    public static Cluster Rotate(Cluster cluster, RandomBytes random)
    {
        var keys = new List<EncryptionKey>();
        var clock = cluster.EncryptionKeyLamportClock;
        foreach (var subsystem in Subsystems)
        {
            keys.AddRange(cluster.NetworkBootstrapKeys
                .Where(key => key.Subsystem == subsystem)
                .OrderByDescending(key => key.LamportTime)
                .Take(RingSize - 1)
                .Reverse());
            keys.Add(new EncryptionKey(subsystem, NewKey(random), EncryptionAlgorithm.Aes128Gcm, ++clock));
        }

        return cluster with { NetworkBootstrapKeys = keys.ToValueList(), EncryptionKeyLamportClock = clock };
    }

    private static ValueList<byte> NewKey(RandomBytes random)
    {
        var key = new byte[KeyLength];
        random(key);
        return ValueList.Create<byte>(key);
    }
}
