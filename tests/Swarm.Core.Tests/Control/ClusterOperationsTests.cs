using Swarm.Certificates;
using Swarm.Control;

namespace Swarm.Core.Tests.Control;

public sealed class ClusterOperationsTests : IDisposable
{
    private readonly ControlFixture _fixture = new();

    private IClusterOperations Operations => _fixture.Client.Cluster;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Scenario_091_Settings_that_break_a_rule_are_refused()
    {
        _fixture.WriteCluster();

        await AssertRefusedAsync(
            spec => spec with { CaConfig = spec.CaConfig with { NodeCertExpiry = TimeSpan.FromMinutes(30) } },
            "minimum certificate expiry time is: 1h0m0s");
        await AssertRefusedAsync(
            spec => spec with { HeartbeatPeriod = TimeSpan.FromSeconds(-1) },
            "heartbeat time period cannot be a negative duration");
        await AssertRefusedAsync(
            spec => spec with { HeartbeatPeriod = TimeSpan.FromHours(25) },
            "heartbeat time period cannot be more than 24h");
        await AssertRefusedAsync(spec => spec with { Name = "other" }, "modification of cluster name is not allowed");
        await AssertRefusedAsync(
            spec => spec with { CaConfig = spec.CaConfig with { SigningCaKey = "key" } },
            "if a signing CA key is provided, the signing CA cert must also be provided");
        await AssertRefusedAsync(
            spec => spec with { Raft = spec.Raft with { ElectionTick = 1 } },
            "the election tick must be greater than the heartbeat tick");
    }

    [Theory]
    [InlineData(TokenRotation.WorkerToken)]
    [InlineData(TokenRotation.ManagerToken)]
    public async Task Scenario_091_Rotation_changes_only_the_token_asked_for(TokenRotation rotate)
    {
        var before = _fixture.WriteCluster();

        var after = await Operations.UpdateAsync(before.Version, before.Spec, rotate);

        Assert.Equal(
            rotate == TokenRotation.WorkerToken,
            before.RootCa.WorkerJoinToken != after.RootCa.WorkerJoinToken);
        Assert.Equal(
            rotate == TokenRotation.ManagerToken,
            before.RootCa.ManagerJoinToken != after.RootCa.ManagerJoinToken);
        Assert.Equal(
            before.RootCa.CertificateHash,
            JoinToken.Parse(after.RootCa.WorkerJoinToken).RootDigest);
    }

    [Fact]
    public async Task Scenario_091_Reads_show_tokens_and_defaults_but_never_keys()
    {
        var stored = _fixture.WriteCluster(new() { Spec = new() { AutoLockManagers = true } });

        foreach (var read in new[]
        {
            await Operations.GetAsync(),
            await Operations.UpdateAsync(stored.Version, stored.Spec),
        })
        {
            Assert.Equal("", read.RootCa.PrivateKey);
            Assert.True(read.UnlockKey.IsEmpty);
            Assert.Equal(stored.RootCa.WorkerJoinToken, read.RootCa.WorkerJoinToken);
            Assert.Equal(["10.0.0.0/8"], read.DefaultAddressPool);
            Assert.Equal((24, 4789), (read.SubnetSize, read.VxlanPort));
        }

        Assert.NotEqual("", _fixture.Store.Current.Cluster!.RootCa.PrivateKey);
        Assert.False(_fixture.Store.Current.Cluster.UnlockKey.IsEmpty);
    }

    [Fact]
    public async Task The_unlock_key_comes_goes_and_rotates_with_auto_lock()
    {
        var cluster = _fixture.WriteCluster();
        Assert.Equal("", await Operations.GetUnlockKeyAsync());

        cluster = await Operations.UpdateAsync(cluster.Version, cluster.Spec with { AutoLockManagers = true });
        var first = await Operations.GetUnlockKeyAsync();
        Assert.StartsWith("SWMKEY-1-", first);

        cluster = await Operations.UpdateAsync(cluster.Version, cluster.Spec);
        Assert.Equal(first, await Operations.GetUnlockKeyAsync());

        cluster = await Operations.UpdateAsync(cluster.Version, cluster.Spec, TokenRotation.ManagerUnlockKey);
        Assert.NotEqual(first, await Operations.GetUnlockKeyAsync());

        await Operations.UpdateAsync(cluster.Version, cluster.Spec with { AutoLockManagers = false });
        Assert.Equal("", await Operations.GetUnlockKeyAsync());
    }

    [Fact]
    public async Task Zero_means_the_default_where_zero_has_no_meaning()
    {
        var cluster = _fixture.WriteCluster();

        var updated = await Operations.UpdateAsync(cluster.Version, cluster.Spec with
        {
            HeartbeatPeriod = TimeSpan.Zero,
            CaConfig = new() { NodeCertExpiry = TimeSpan.Zero },
            Raft = new(0, 0, 0, 0, 0),
            TaskHistoryRetentionLimit = 0,
        });

        Assert.Equal(new ClusterSpec { TaskHistoryRetentionLimit = 0 }, updated.Spec);
    }

    [Fact]
    public async Task Rotating_the_root_shows_the_new_one_but_not_its_key()
    {
        var cluster = _fixture.WriteCluster();

        var updated = await Operations.UpdateAsync(
            cluster.Version,
            cluster.Spec with { CaConfig = cluster.Spec.CaConfig with { ForceRotate = 1 } });

        Assert.Equal(cluster.RootCa.Certificate, updated.RootCa.Certificate);
        Assert.NotEqual(cluster.RootCa.Certificate, updated.RootCa.Rotation!.Certificate);
        Assert.Equal("", updated.RootCa.Rotation.PrivateKey);
        Assert.NotEqual("", _fixture.Store.Current.Cluster!.RootCa.Rotation!.PrivateKey);
        Assert.True((await Operations.GetRootRotationAsync()).InProgress);
    }

    [Fact]
    public async Task What_this_manager_cannot_do_is_refused_rather_than_stored()
    {
        var cluster = _fixture.WriteCluster();
        var config = cluster.Spec.CaConfig with { ExternalCas = [new("cfssl", "https://ca.example")] };

        var refusal = await Assert.ThrowsAsync<SwarmException>(
            () => Operations.UpdateAsync(cluster.Version, cluster.Spec with { CaConfig = config }));

        Assert.Equal(SwarmErrorCode.Unimplemented, refusal.Code);
        Assert.True(_fixture.Store.Current.Cluster!.Spec.CaConfig.ExternalCas.IsEmpty);
    }

    [Fact]
    public async Task A_stale_version_is_out_of_sequence()
    {
        var cluster = _fixture.WriteCluster();
        await Operations.UpdateAsync(cluster.Version, cluster.Spec);

        var refusal = await Assert.ThrowsAsync<SwarmException>(
            () => Operations.UpdateAsync(cluster.Version, cluster.Spec));
        Assert.Equal(SwarmErrorCode.UpdateOutOfSequence, refusal.Code);
    }

    [Fact]
    public async Task Without_a_swarm_there_is_nothing_to_read() =>
        Assert.Equal(
            SwarmErrorCode.NotFound,
            (await Assert.ThrowsAsync<SwarmException>(() => Operations.GetAsync())).Code);

    [Theory]
    [InlineData("10.20.0.0/16", 8, 0, "invalid CIDR: \"10.20.0.0/16\". Subnet size is too small for pool: 8")]
    [InlineData("10.20.0.0/16", 30, 0, "subnet size is out of range: 30")]
    [InlineData("nonsense", 0, 0, "invalid CIDR: \"nonsense\"")]
    [InlineData("10.20.0.0/16", 0, 80, "Datapath port number is not in valid range (1024-49151) : 80")]
    public void A_new_swarm_needs_usable_pools_and_ports(string pool, int size, int port, string text)
    {
        var refusal = Assert.Throws<SwarmException>(() => _fixture.WriteCluster(new()
        {
            DefaultAddressPool = [pool],
            SubnetSize = size,
            VxlanPort = port,
        }));
        Assert.Equal(text, refusal.Message);
    }

    [Fact]
    public void A_new_swarm_has_its_settings_and_the_first_manager_is_accepted()
    {
        var cluster = _fixture.WriteCluster(new()
        {
            Spec = new() { Name = "", TaskHistoryRetentionLimit = 2, Raft = new(SnapshotInterval: 0) },
            DefaultAddressPool = ["10.20.0.0/16"],
            SubnetSize = 26,
            VxlanPort = 7777,
        });
        var node = ClusterFactory.CreateManager(new("n1"), NodeAvailability.Drain, 7777);

        Assert.Equal(new ClusterSpec { TaskHistoryRetentionLimit = 2 }, cluster.Spec);
        Assert.Matches("^[0-9a-z]{25}$", cluster.Key);
        Assert.Equal((26, 7777), (cluster.SubnetSize, cluster.VxlanPort));
        Assert.Equal((NodeRole.Manager, NodeRole.Manager), (node.Role, node.Spec.DesiredRole));
        Assert.Equal((NodeMembership.Accepted, NodeAvailability.Drain), (node.Spec.Membership, node.Spec.Availability));
    }

    private async Task AssertRefusedAsync(Func<ClusterSpec, ClusterSpec> change, string text)
    {
        var cluster = _fixture.Store.Current.Cluster!;
        var refusal = await Assert.ThrowsAsync<SwarmException>(
            () => Operations.UpdateAsync(cluster.Version, change(cluster.Spec)));
        Assert.Equal(text, refusal.Message);
        Assert.Equal(SwarmErrorCode.InvalidArgument, refusal.Code);
    }
}
