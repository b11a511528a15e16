using System.Security.Cryptography;
using System.Text;
using Swarm.Certificates;
using Swarm.Certificates.Rotation;
using Swarm.Control;

namespace Swarm.Core.Tests.Certificates;

public sealed class RootPlannerTests : IDisposable
{
    private readonly AuthorityFixture _swarm = new();
    private readonly RootCa _external;
    private readonly FakeExternalCa _client;

    public RootPlannerTests()
    {
        _external = RootCertificate.Create(_swarm.Now, RandomNumberGenerator.Fill);
        _client = new(_external, _swarm.Simulation.Time);
    }

    private RootCa Root => _swarm.Cluster.RootCa;

    private CaConfig Config => _swarm.Cluster.Spec.CaConfig;

    private ExternalCa Authority => new("cfssl", "https://ca.example/sign", CaCertificate: _external.Certificate);

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Other_settings_leave_the_root_alone() =>
        Assert.Same(Root, Decide(Root, Config with { NodeCertExpiry = TimeSpan.FromHours(5) }));

    [Fact]
    public void A_raised_counter_starts_a_rotation_to_a_root_of_the_swarms_own()
    {
        var decided = Decide(Root, Config with { ForceRotate = 4 });

        Assert.Equal(Root.Certificate, decided.Certificate);
        Assert.Equal(4UL, decided.LastForcedRotation);
        Assert.Equal(ChainFault.None, CheckCross(decided));
        Assert.Same(decided, Decide(decided, Config with { ForceRotate = 4 }));
    }

    [Fact]
    public void A_root_of_the_users_own_is_rotated_to_whatever_kind_its_key_is()
    {
        using var rsa = RSA.Create(3072);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var key in new AsymmetricAlgorithm?[] { null, rsa, p384 })
        {
            var (certificate, privateKey) = AuthorityFixture.NewRoot(_swarm.Now, key);
            var decided = Decide(Root, Config with { SigningCaCertificate = "\n" + certificate, SigningCaKey = privateKey });

            Assert.Equal((certificate, privateKey), (decided.Rotation!.Certificate, decided.Rotation.PrivateKey));
            Assert.Equal(ChainFault.None, CheckCross(decided));
            Assert.Equal(ChainFault.None, CertificateChain.Check(IssueBy(decided), Root.Certificate, _swarm.Now).Fault);
        }
    }

    [Fact]
    public void The_root_that_is_rotated_to_already_is_kept_with_a_new_counter()
    {
        var (certificate, key) = AuthorityFixture.NewRoot(_swarm.Now);
        var first = Decide(Root, Config with { SigningCaCertificate = certificate, SigningCaKey = key });
        var again = Decide(first, Config with { SigningCaCertificate = certificate, SigningCaKey = key, ForceRotate = 2 });

        Assert.Equal(first.Rotation, again.Rotation);
        Assert.Equal(2UL, again.LastForcedRotation);
    }

    [Fact]
    public void The_present_root_ends_a_rotation()
    {
        var rotating = Decide(Root, Config with { ForceRotate = 1 });
        var decided = Decide(
            rotating,
            Config with { SigningCaCertificate = Root.Certificate, SigningCaKey = Root.PrivateKey, ForceRotate = 1 });
        Assert.Equal(Root with { LastForcedRotation = 1 }, decided);
    }

    [Fact]
    public void Unfit_roots_are_refused_with_the_reason()
    {
        var (certificate, key) = AuthorityFixture.NewRoot(_swarm.Now);
        var (other, _) = AuthorityFixture.NewRoot(_swarm.Now);
        var (short1, shortKey) = AuthorityFixture.NewRoot(_swarm.Now, days: 364);
        var (leaf, leafKey) = AuthorityFixture.NewRoot(_swarm.Now, isAuthority: false);
        using var weak = RSA.Create(1024);
        var (weakRoot, weakKey) = AuthorityFixture.NewRoot(_swarm.Now, weak);
        var node = _swarm.Join(Root.WorkerJoinToken);

        Refuses("", key, "if a signing CA key is provided, the signing CA cert must also be provided");
        Refuses("nonsense", "", "could not parse the desired CA certificate");
        Refuses(certificate + other, key, "the desired CA certificate cannot contain multiple certificates");
        Refuses(short1, shortKey, "CA certificate expires too soon");
        Refuses(leaf, leafKey, "certificate not a CA");
        Refuses(weakRoot, weakKey, "the key of the CA certificate is an RSA key of 1024 bits; use 2048 to 8192");
        Refuses(other, key, "certificate key mismatch");
        Refuses(certificate, "nonsense", "malformed private key");
        Refuses(node.Certificate, node.PrivateKey, "certificate not a CA");
        Refuses(
            Decide(Root, Config with { ForceRotate = 1 }).Rotation!.CrossSignedCertificate,
            "",
            "error while validating Root CA Certificate: ",
            prefix: true);
    }

    [Fact]
    public void The_same_key_under_another_certificate_is_refused()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(Root.PrivateKey);
        var (certificate, privateKey) = AuthorityFixture.NewRoot(_swarm.Now, key);
        Refuses(certificate, privateKey, "Cannot update to a cert with an identical key");
    }

    [Fact]
    public void A_root_whose_key_is_elsewhere_needs_an_authority_that_answers()
    {
        var config = Config with { SigningCaCertificate = _external.Certificate, ExternalCas = [Authority] };
        var decided = Decide(Root, config, _client);
        Assert.Equal(("", _external.Certificate), (decided.Rotation!.PrivateKey, decided.Rotation.Certificate));
        Assert.Equal(ChainFault.None, CheckCross(decided));

        Refuses(config with { ExternalCas = [] }, Unreachable("desired"));
        Refuses(config with { ExternalCas = [Authority with { Url = "http://ca.example" }] }, Unreachable("desired"));
        Refuses(config with { ExternalCas = [Authority with { CaCertificate = "" }] }, Unreachable("desired"));
        _client.IsDown = true;
        Refuses(config, Unreachable("desired"));
        Refuses(decided, Config with { ExternalCas = [Authority] }, Unreachable("next"));
    }

    [Fact]
    public void From_an_external_root_a_rotation_is_cross_signed_by_the_external_authority()
    {
        var root = _external with { PrivateKey = "" };
        var decided = Decide(root, Config with { ForceRotate = 1, ExternalCas = [Authority] }, _client);

        Assert.Equal(ChainFault.None, CheckCross(decided));
        Assert.Equal("CA", _client.Requests.Single().GetProperty("profile").GetString());
        Refuses(
            root,
            Config with { ForceRotate = 1 },
            Unreachable("current"));
        _client.Answer = new(200, AuthorityFixture.Bytes("""{"success":false,"errors":[{"message":"no"}]}"""));
        var refusal = Assert.Throws<SwarmException>(
            () => Decide(root, Config with { ForceRotate = 2, ExternalCas = [Authority] }, _client));
        Assert.Equal(SwarmErrorCode.Internal, refusal.Code);
        Assert.Equal("unable to generate a cross-signed certificate for root rotation", refusal.Message);
    }

    [Fact]
    public void A_root_that_may_not_sign_authorities_cannot_be_rotated_away_from()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=narrow",
            key,
            HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new System.Security.Cryptography.X509Certificates.X509BasicConstraintsExtension(true, true, 0, true));
        using var narrow = request.CreateSelfSigned(_swarm.Now.AddHours(-1), _swarm.Now.AddYears(5));
        var root = Root with { Certificate = CertificatePem.Write(narrow), PrivateKey = key.ExportPkcs8PrivateKeyPem() };

        Assert.Equal(
            "unable to generate a cross-signed certificate for root rotation",
            Assert.Throws<SwarmException>(() => Decide(root, Config with { ForceRotate = 1 })).Message);
    }

    [Fact]
    public void The_key_of_an_external_root_can_be_brought_in()
    {
        var decided = Decide(
            _external with { PrivateKey = "" },
            Config with { SigningCaCertificate = _external.Certificate, SigningCaKey = _external.PrivateKey, ForceRotate = 3 },
            _client);
        Assert.Equal(_external with { LastForcedRotation = 3 }, decided);
    }

    [Fact]
    public void Without_a_way_to_external_authorities_they_are_refused_rather_than_stored()
    {
        var refusal = Assert.Throws<SwarmException>(() => Decide(Root, Config with { ExternalCas = [Authority] }));
        Assert.Equal(SwarmErrorCode.Unimplemented, refusal.Code);
    }

    [Fact]
    public void An_external_authority_signs_for_nodes_and_requests_wait_while_it_is_down()
    {
        using var swarm = new AuthorityFixture(external: _client);
        swarm.Change(transaction => transaction.Update(transaction.Cluster! with
        {
            RootCa = _external with { PrivateKey = "" },
            Spec = new() { CaConfig = new() { ExternalCas = [Authority with { CaCertificate = "" }] } },
        }));
        _client.IsDown = true;
        var answer = swarm.Issue(_external.WorkerJoinToken);
        swarm.Simulation.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(IssuanceState.Pending, swarm.Find(answer.NodeId).Certificate!.State);

        _client.IsDown = false;
        swarm.Simulation.Advance(TimeSpan.FromSeconds(11));

        var certificate = swarm.Find(answer.NodeId).Certificate!;
        Assert.Equal(IssuanceState.Issued, certificate.State);
        Assert.Equal(
            new CertificateSubject(answer.NodeId, NodeRole.Worker, swarm.Cluster.Id),
            CertificateChain.Check(
                Encoding.UTF8.GetString(certificate.Pem.AsSpan()),
                _external.Certificate,
                swarm.Now).Subject);
        var hosts = _client.Requests.Single().GetProperty("hosts").EnumerateArray().Select(host => host.GetString());
        Assert.Equal(["swarm-worker", answer.NodeId.Value], hosts);
    }

    [Theory]
    [InlineData(200, """{"success":false,"errors":[{"code":1,"message":"bad"}]}""", IssuanceState.Failed)]
    [InlineData(200, """{"success":true,"result":{"certificate":"junk"}}""", IssuanceState.Failed)]
    [InlineData(200, """{"success":true,"result":[]}""", IssuanceState.Failed)]
    [InlineData(200, "not json", IssuanceState.Pending)]
    [InlineData(500, "oops", IssuanceState.Pending)]
    public void An_external_authority_may_refuse_or_be_ill(int status, string body, IssuanceState state)
    {
        using var swarm = new AuthorityFixture(external: _client);
        swarm.Change(transaction => transaction.Update(transaction.Cluster! with
        {
            RootCa = _external with { PrivateKey = "" },
            Spec = new() { CaConfig = new() { ExternalCas = [Authority] } },
        }));
        _client.Answer = new(status, AuthorityFixture.Bytes(body));

        Assert.Equal(state, swarm.Find(swarm.Issue(_external.WorkerJoinToken).NodeId).Certificate!.State);
    }

    [Fact]
    public void A_new_swarm_starts_on_the_users_own_root()
    {
        var (certificate, key) = AuthorityFixture.NewRoot(_swarm.Now);
        using var swarm = new AuthorityFixture(spec: new()
        {
            CaConfig = new() { SigningCaCertificate = certificate, SigningCaKey = key, ForceRotate = 7 },
        });

        Assert.Equal(certificate, swarm.Cluster.RootCa.Certificate);
        swarm.Update(spec => spec with { CaConfig = spec.CaConfig with { SigningCaCertificate = "", SigningCaKey = "" } });
        Assert.Null(swarm.Cluster.RootCa.Rotation);
        Assert.Contains(
            "a new swarm needs the key",
            Assert.Throws<SwarmException>(() => ClusterFactory.Create(
                new() { Spec = new() { CaConfig = new() { SigningCaCertificate = certificate } } },
                swarm.Ids,
                swarm.Now,
                RandomNumberGenerator.Fill)).Message);
    }

    private static string Unreachable(string which) =>
        $"there must be at least one valid, reachable external CA corresponding to the {which} CA certificate";

    // By what it is for: certificates that the new root signs are good for who trusts the old one.
    private ChainFault CheckCross(RootCa root)
    {
        var rotation = root.Rotation!;
        CrossSigning.Verify(rotation.CrossSignedCertificate, rotation.Certificate, root.Certificate);
        return rotation.PrivateKey.Length == 0
            ? ChainFault.None
            : CertificateChain.Check(IssueBy(root), root.Certificate, _swarm.Now).Fault;
    }

    private string IssueBy(RootCa root) => NodeCertificateIssuer.Issue(
        root,
        new(new("n"), NodeRole.Worker, new("c")),
        SigningRequest.ReadKey(SigningRequest.Create().Request),
        TimeSpan.FromDays(1),
        _swarm.Now,
        RandomNumberGenerator.Fill);

    private RootCa Decide(RootCa root, CaConfig config, IExternalCaClient? client = null)
    {
        var planner = new RootPlanner(RandomNumberGenerator.Fill, _swarm.Simulation.Time, client);
        return _swarm.Simulation.Run(() => planner.DecideAsync(root, config, CancellationToken.None));
    }

    private void Refuses(string certificate, string key, string text, bool prefix = false)
    {
        var refusal = Assert.Throws<SwarmException>(
            () => Decide(Root, Config with { SigningCaCertificate = certificate, SigningCaKey = key }, _client));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refusal.Code);
        Assert.Equal(text, prefix ? refusal.Message[..text.Length] : refusal.Message);
    }

    private void Refuses(CaConfig config, string text) => Refuses(Root, config, text);

    private void Refuses(RootCa root, CaConfig config, string text)
    {
        var refusal = Assert.Throws<SwarmException>(() => Decide(root, config, _client));
        Assert.Equal((SwarmErrorCode.InvalidArgument, text), (refusal.Code, refusal.Message));
    }
}
