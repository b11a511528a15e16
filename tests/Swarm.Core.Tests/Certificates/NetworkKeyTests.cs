using Swarm.Certificates;

namespace Swarm.Core.Tests.Certificates;

public class NetworkKeyTests
{
    private byte _next;

    [Fact]
    public void A_new_swarm_has_a_ring_of_three_keys_for_each_use()
    {
        var cluster = NetworkKeys.Begin(NewCluster(), Random);

        Assert.Equal(
            ["networking:gossip", "networking:ipsec"],
            cluster.NetworkBootstrapKeys.Select(key => key.Subsystem).Distinct());
        Assert.Equal(2 * NetworkKeys.RingSize, cluster.NetworkBootstrapKeys.Count);
        Assert.All(cluster.NetworkBootstrapKeys, key => Assert.Equal(16, key.Key.Count));
        Assert.Equal(6, cluster.NetworkBootstrapKeys.Select(key => key.LamportTime).Distinct().Count());
        Assert.Equal(6UL, cluster.EncryptionKeyLamportClock);
    }

    [Fact]
    public void A_rotation_replaces_the_oldest_key_of_each_use_and_keeps_the_others()
    {
        var before = NetworkKeys.Begin(NewCluster(), Random);
        var after = NetworkKeys.Rotate(before, Random);

        Assert.Equal(6, after.NetworkBootstrapKeys.Count);
        Assert.Equal([3UL, 4, 5, 6, 7, 8], after.NetworkBootstrapKeys.Select(key => key.LamportTime).Order());
        Assert.All(
            after.NetworkBootstrapKeys.Where(key => key.LamportTime <= 6),
            key => Assert.Contains(key, before.NetworkBootstrapKeys));
    }

    private static Cluster NewCluster() => new() { Id = new ClusterId("c"), RootCa = new RootCa() };

    private void Random(Span<byte> bytes) => bytes.Fill(++_next);
}
