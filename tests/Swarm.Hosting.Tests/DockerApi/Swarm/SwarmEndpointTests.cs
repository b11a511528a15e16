using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.DockerApi;

public sealed class SwarmEndpointTests
{
    public static TheoryData<int> RecordedSwarms { get; } = [.. Enumerable.Range(0, RecordedDocuments.Read("swarms").Count)];

    [Theory]
    [MemberData(nameof(RecordedSwarms))]
    public async Task The_swarm_is_shown_as_docker_shows_it(int index)
    {
        var recorded = RecordedDocuments.Read("swarms")[index];
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.TheCluster = ClusterOf(recorded);
        await using var api = await ApiUnderTest.StartAsync(node);
        var shown = (await api.GetAsync("/v1.41/swarm")).Json;
        recorded["DefaultAddrPool"] ??= new JsonArray("10.0.0.0/8");
        JsonAssert.SameShape(recorded, shown);
        foreach (var field in (string[])["CreatedAt", "UpdatedAt", "TLSInfo", "RootRotationInProgress"])
        {
            recorded[field] = shown[field]!.DeepClone();
        }

        JsonAssert.Same(recorded, shown);
    }

    [Fact]
    public async Task The_trust_root_is_shown_with_its_subject_and_key()
    {
        var pem = CreateRoot();
        using var certificate = X509Certificate2.CreateFromPem(pem);
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.TheCluster = node.Swarm.TheCluster with { RootCa = new() { Certificate = pem } };
        await using var api = await ApiUnderTest.StartAsync(node);
        var tls = (await api.GetAsync("/v1.41/swarm")).Json["TLSInfo"]!;
        Assert.Equal(pem, (string)tls["TrustRoot"]!);
        Assert.Equal("MBMxETAPBgNVBAMTCHN3YXJtLWNh", (string)tls["CertIssuerSubject"]!);
        Assert.Equal(
            certificate.PublicKey.ExportSubjectPublicKeyInfo(),
            Convert.FromBase64String((string)tls["CertIssuerPublicKey"]!));
    }

    [Fact]
    public async Task Keys_are_never_shown()
    {
        var node = new FakeSwarmNode().AsManager();
        node.Swarm.TheCluster = node.Swarm.TheCluster with
        {
            RootCa = new() { PrivateKey = "hush" },
            UnlockKey = [1, 2, 3],
            Spec = new() { CaConfig = new() { SigningCaKey = "hush" } },
        };
        await using var api = await ApiUnderTest.StartAsync(node);
        Assert.DoesNotContain("hush", (await api.GetAsync("/v1.41/swarm")).Body);
        Assert.DoesNotContain("hush", (await api.GetAsync("/v1.41/info")).Body);
    }

    [Theory]
    [InlineData("Inactive", false, "Use \"docker swarm init\" or \"docker swarm join\"")]
    [InlineData("Active", false, "Worker nodes can't be used to view or modify cluster state.")]
    [InlineData("Pending", true, "Manager is being prepared or has trouble connecting")]
    [InlineData("Locked", true, "Please use \"docker swarm unlock\" to unlock it.")]
    public async Task A_node_that_is_no_working_manager_says_what_it_is(
        string state, bool isManager, string message)
    {
        await using var api = await ApiUnderTest.StartAsync(
            new() { State = Enum.Parse<LocalNodeState>(state), IsManager = isManager });
        foreach (var path in (string[])["swarm", "swarm/unlockkey", "nodes", "nodes/x", "secrets", "configs/x"])
        {
            var answer = await api.GetAsync($"/v1.41/{path}");
            Assert.Equal(503, answer.Status);
            Assert.Contains(message, answer.Message);
            Assert.DoesNotContain("rpc error", answer.Message);
        }
    }

    [Fact]
    public async Task Init_fills_in_defaults_and_answers_with_the_id_of_the_node()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.PostAsync(
            "/v1.41/swarm/init",
            """
            {"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"10.77.0.11","DataPathAddr":"","DataPathPort":0,
             "ForceNewCluster":false,"Spec":{"Labels":null,"Orchestration":{},"Raft":{"ElectionTick":0,"HeartbeatTick":0},
             "Dispatcher":{},"CAConfig":{},"TaskDefaults":{},"EncryptionConfig":{"AutoLockManagers":false}},
             "AutoLockManagers":false,"Availability":"","DefaultAddrPool":[],"SubnetSize":24}
            """);
        Assert.Equal((200, "\"n1id\"\n"), (answer.Status, answer.Body));
        Assert.Equal(
            new SwarmInitRequest(
                "0.0.0.0:2377", "10.77.0.11", "", 0, false, new ClusterSpec(), false, NodeAvailability.Active, [], 24),
            api.Node.Init);
    }

    [Fact]
    public async Task Init_takes_everything_the_cli_can_ask_for()
    {
        await using var api = await ApiUnderTest.StartAsync();
        await api.PostAsync(
            "/v1.41/swarm/init",
            """
            {"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"eth0","DataPathAddr":"eth1","DataPathPort":7788,
             "ForceNewCluster":true,"Spec":{"Labels":{"a":"b"},"Orchestration":{"TaskHistoryRetentionLimit":0},
             "Raft":{"SnapshotInterval":7,"KeepOldSnapshots":0,"LogEntriesForSlowFollowers":8,"ElectionTick":3,"HeartbeatTick":2},
             "Dispatcher":{"HeartbeatPeriod":7000000000},
             "CAConfig":{"NodeCertExpiry":172800000000000,"ForceRotate":4,"SigningCACert":"c","SigningCAKey":"k",
               "ExternalCAs":[{"Protocol":"cfssl","URL":"https://ca","Options":{"o":"p"},"CACert":"x"}]},
             "TaskDefaults":{"LogDriver":{"Name":"json-file","Options":{"max-size":"1m"}}},
             "EncryptionConfig":{"AutoLockManagers":true}},
             "AutoLockManagers":true,"Availability":"drain","DefaultAddrPool":["10.50.0.0/16"],"SubnetSize":26}
            """);
        var spec = new ClusterSpec
        {
            Labels = [new("a", "b")],
            TaskHistoryRetentionLimit = 0,
            Raft = new(7, 0, 8, 3, 2),
            HeartbeatPeriod = TimeSpan.FromSeconds(7),
            CaConfig = new()
            {
                NodeCertExpiry = TimeSpan.FromHours(48),
                ForceRotate = 4,
                SigningCaCertificate = "c",
                SigningCaKey = "k",
                ExternalCas = [new("cfssl", "https://ca", [new("o", "p")], "x")],
            },
            DefaultLogDriver = new("json-file", [new("max-size", "1m")]),
            AutoLockManagers = true,
        };
        Assert.Equal(
            new SwarmInitRequest(
                "0.0.0.0:2377", "eth0", "eth1", 7788, true, spec, true, NodeAvailability.Drain, ["10.50.0.0/16"], 26),
            api.Node.Init);
    }

    [Theory]
    [InlineData("{}", "invalid ListenAddr \"\": invalid empty address")]
    [InlineData("""{"ListenAddr":"x","Spec":{"Name":"other"}}""", "swarm spec must be named \"default\"")]
    [InlineData("""{"ListenAddr":"x","Availability":"sleepy"}""", "invalid Availability: \"sleepy\"")]
    [InlineData("""{"ListenAddr":"x","DataPathPort":80}""", "Datapath port number is not in valid range (1024-49151) : 80")]
    [InlineData("""{"ListenAddr":"x","SubnetSize":30}""", "subnet size is out of range: 30")]
    [InlineData(
        """{"ListenAddr":"x","DefaultAddrPool":["10.20.0.0/16"],"SubnetSize":8}""",
        "invalid CIDR: \"10.20.0.0/16\". Subnet size is too small for pool: 8")]
    [InlineData(
        """{"ListenAddr":"x","DefaultAddrPool":["10.0.0.0/33"]}""",
        "invalid base pool 10.0.0.0/33: invalid CIDR address: 10.0.0.0/33")]
    [InlineData(
        """{"ListenAddr":"x","Spec":{"CAConfig":{"NodeCertExpiry":1800000000000}}}""",
        "rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s")]
    [InlineData(
        """{"ListenAddr":"x","Spec":{"Dispatcher":{"HeartbeatPeriod":-1}}}""",
        "rpc error: code = InvalidArgument desc = heartbeat time period cannot be a negative duration")]
    [InlineData(
        """{"ListenAddr":"x","Spec":{"CAConfig":{"ExternalCAs":[{"Protocol":"acme"}]}}}""", "invalid protocol: \"acme\"")]
    public async Task A_bad_init_is_refused_before_there_is_a_swarm(string body, string message)
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.PostAsync("/v1.41/swarm/init", body);
        Assert.Equal((400, message), (answer.Status, answer.Message));
        Assert.Null(api.Node.Init);
    }

    [Fact]
    public async Task What_the_node_refuses_is_answered_in_its_words()
    {
        await using var api = await ApiUnderTest.StartAsync(new() { Failure = NodeErrors.AlreadyInSwarm() });
        foreach (var (path, body) in ((string, string)[])[
            ("init", """{"ListenAddr":"x"}"""), ("join", """{"ListenAddr":"x","RemoteAddrs":["a:1"]}"""), ("leave", "")])
        {
            var answer = await api.PostAsync($"/v1.41/swarm/{path}", body);
            Assert.Equal((503, NodeErrors.AlreadyInSwarm().Message), (answer.Status, answer.Message));
        }
    }

    [Fact]
    public async Task Join_passes_everything_on()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.PostAsync(
            "/v1.41/swarm/join",
            """
            {"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"","DataPathAddr":"","RemoteAddrs":["10.77.0.12:2377"],
             "JoinToken":"SWMTKN-1-a-b","Availability":"pause"}
            """);
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(
            new SwarmJoinRequest("0.0.0.0:2377", "", "", ["10.77.0.12:2377"], "SWMTKN-1-a-b", NodeAvailability.Pause),
            api.Node.Join);
        Assert.DoesNotContain("SWMTKN", api.Node.Join!.ToString());
    }

    [Theory]
    [InlineData("{}", "invalid ListenAddr \"\": invalid empty address")]
    [InlineData("""{"ListenAddr":"x"}""", "at least 1 RemoteAddr is required to join")]
    [InlineData("""{"ListenAddr":"x","RemoteAddrs":[""]}""", "invalid remoteAddr \"\": invalid empty address")]
    [InlineData("""{"ListenAddr":"x","RemoteAddrs":["a"],"Availability":"b"}""", "invalid Availability: \"b\"")]
    public async Task A_bad_join_is_refused(string body, string message)
    {
        await using var api = await ApiUnderTest.StartAsync();
        var answer = await api.PostAsync("/v1.41/swarm/join", body);
        Assert.Equal((400, message), (answer.Status, answer.Message));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("?force=0", false)]
    [InlineData("?force=1", true)]
    [InlineData("?force=true", true)]
    public async Task Leave_passes_force_on(string query, bool force)
    {
        await using var api = await ApiUnderTest.StartAsync(new FakeSwarmNode().AsManager());
        Assert.Equal(200, (await api.PostAsync($"/v1.41/swarm/leave{query}", "")).Status);
        Assert.Equal(force, api.Node.LeaveForced);
    }

    [Fact]
    public async Task An_update_replaces_all_settings_and_rotates_what_is_asked()
    {
        var node = new FakeSwarmNode().AsManager();
        await using var api = await ApiUnderTest.StartAsync(node);
        var answer = await api.PostAsync(
            "/v1.41/swarm/update?rotateManagerToken=true&rotateManagerUnlockKey=1&rotateWorkerToken=false&version=28",
            """{"Name":"default","Labels":{"a":"b"},"Orchestration":{"TaskHistoryRetentionLimit":3}}""");
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        var spec = new ClusterSpec { Labels = [new("a", "b")], TaskHistoryRetentionLimit = 3 };
        Assert.Equal(
            (new ObjectVersion(28), spec, TokenRotation.ManagerToken | TokenRotation.ManagerUnlockKey),
            node.Swarm.ClusterUpdate);
    }

    [Theory]
    [InlineData("?version=10", """{"Name":"other"}""", "swarm spec must be named \"default\"")]
    [InlineData("", "{}", "invalid swarm version '': strconv.ParseUint: parsing \"\": invalid syntax")]
    [InlineData("?version=10&rotateWorkerToken=maybe", "{}", "rotateWorkerToken")]
    [InlineData("?version=10", "", "got EOF while reading request body")]
    public async Task A_bad_update_is_refused(string query, string body, string message)
    {
        var node = new FakeSwarmNode().AsManager();
        await using var api = await ApiUnderTest.StartAsync(node);
        var answer = await api.PostAsync($"/v1.41/swarm/update{query}", body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(message, answer.Message);
        Assert.Null(node.Swarm.ClusterUpdate);
    }

    [Fact]
    public async Task The_unlock_key_is_an_empty_text_without_auto_lock()
    {
        var node = new FakeSwarmNode().AsManager();
        await using var api = await ApiUnderTest.StartAsync(node);
        Assert.Equal("{\"UnlockKey\":\"\"}\n", (await api.GetAsync("/v1.41/swarm/unlockkey")).Body);
        node.Swarm.UnlockKey = "SWMKEY-1-a+b/c";
        Assert.Equal("{\"UnlockKey\":\"SWMKEY-1-a+b/c\"}\n", (await api.GetAsync("/v1.41/swarm/unlockkey")).Body);
    }

    [Fact]
    public async Task Only_a_locked_manager_is_unlocked()
    {
        const string Body = """{"UnlockKey":"SWMKEY-1-x"}""";
        await using var api = await ApiUnderTest.StartAsync();
        Assert.Equal(503, (await api.PostAsync("/v1.41/swarm/unlock", Body)).Status);
        api.Node.State = LocalNodeState.Locked;
        Assert.Equal(200, (await api.PostAsync("/v1.41/swarm/unlock", Body)).Status);
        Assert.Equal("SWMKEY-1-x", api.Node.UnlockedWith);
        api.Node.Failure = NodeErrors.WrongUnlockKey();
        Assert.Equal(401, (await api.PostAsync("/v1.41/swarm/unlock", Body)).Status);
        api.Node.Failure = NodeErrors.InvalidUnlockKeyText();
        Assert.Equal("invalid key string", (await api.PostAsync("/v1.41/swarm/unlock", Body)).Message);
        api.Node.AsManager();
        var active = await api.PostAsync("/v1.41/swarm/unlock", Body);
        Assert.Equal((409, "swarm is not locked"), (active.Status, active.Message));
    }

    private static Cluster ClusterOf(JsonNode recorded) => new()
    {
        Id = new((string)recorded["ID"]!),
        Version = new((ulong)recorded["Version"]!["Index"]!),
        Spec = SwarmSpecReader.Read(recorded["Spec"].Deserialize(SwarmJson.Wire.SwarmSpecDocument)),
        RootCa = new()
        {
            Certificate = CreateRoot(),
            WorkerJoinToken = (string)recorded["JoinTokens"]!["Worker"]!,
            ManagerJoinToken = (string)recorded["JoinTokens"]!["Manager"]!,
        },
        DefaultAddressPool = recorded["DefaultAddrPool"]?.AsArray().Select(pool => (string)pool!).ToValueList() ?? [],
        SubnetSize = (int)recorded["SubnetSize"]!,
        VxlanPort = (int)recorded["DataPathPort"]!,
    };

    private static string CreateRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=swarm-ca", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        return certificate.ExportCertificatePem();
    }
}
