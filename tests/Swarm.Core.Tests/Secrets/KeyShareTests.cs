using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Identity;
using Swarm.Secrets;

namespace Swarm.Core.Tests.Secrets;

public sealed class KeyShareTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("swarm-shares-").FullName;
    private readonly FileFixture _fixture = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _fixture.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Only_the_key_of_the_certificate_opens_a_share()
    {
        using var certificate = CertificateOf(_key);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var share = KeyShare.Seal(certificate, "the keys"u8);

        Assert.Equal("the keys"u8, KeyShare.Open(Pem(_key), share));
        Assert.Equal(-1, share.AsSpan().IndexOf("the keys"u8));
        Assert.ThrowsAny<CryptographicException>(() => KeyShare.Open(Pem(other), share));
        for (var size = 0; size < share.Length; size++)
        {
            Assert.ThrowsAny<CryptographicException>(() => KeyShare.Open(Pem(_key), share.AsSpan(0, size)));
        }
    }

    [Fact]
    public async Task Another_manager_opens_what_the_first_one_sealed()
    {
        await AddManagerAsync(_key);
        var (first, second) = (new LocalKeyProvider(KeyFile("1")), new LocalKeyProvider(KeyFile("2")));
        var vault = VaultOf(first);
        SecretId id = new("s1");
        var data = await vault.SealAsync(id, [.. "value"u8], default);
        using var stop = new CancellationTokenSource();
        _ = _fixture.Simulation.StartAsync(() => Shares(second).ReceiveAsync(new("m2"), () => Pem(_key), stop.Token));

        await GiveAsync(first);
        _fixture.Simulation.Settle();

        var secret = new Secret { Id = id, Spec = new() { Name = "db", Data = data } };
        Assert.Equal([.. "value"u8], await VaultOf(second).OpenAsync(secret, default));
        Assert.Equal(first.KeyId, second.KeyId);
        var share = Assert.Single(_fixture.Store.Current.Secrets);
        Assert.True(share.Internal);
        Assert.Equal(-1, share.Spec.Data.AsSpan().IndexOf(File.ReadAllBytes(KeyFile("1")).AsSpan()[^20..]));
        stop.Cancel();
        _fixture.Simulation.Settle();
    }

    [Fact]
    public async Task Keys_that_a_manager_made_itself_are_kept_below_those_it_takes()
    {
        await AddManagerAsync(_key);
        var (first, second) = (new LocalKeyProvider(KeyFile("1")), new LocalKeyProvider(KeyFile("2")));
        var own = second.KeyId;
        using var stop = new CancellationTokenSource();
        _ = _fixture.Simulation.StartAsync(() => Shares(second).ReceiveAsync(new("m2"), () => Pem(_key), stop.Token));

        await GiveAsync(first);
        _fixture.Simulation.Settle();

        Assert.Equal([own, first.KeyId], File.ReadLines(KeyFile("2")).Select(line => line.Split(' ')[0]));
        stop.Cancel();
        _fixture.Simulation.Settle();
    }

    [Fact]
    public async Task Shares_follow_certificates_and_managers()
    {
        var node = await AddManagerAsync(_key);
        var first = new LocalKeyProvider(KeyFile("1"));
        await GiveAsync(first);
        var before = Assert.Single(_fixture.Store.Current.Secrets);
        await GiveAsync(first);
        Assert.Same(before, Assert.Single(_fixture.Store.Current.Secrets));

        using var renewed = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        node = await _fixture.Store.UpdateAsync(t => t.Update(node with { Certificate = Certified(renewed) }));
        await GiveAsync(first);
        var share = Assert.Single(_fixture.Store.Current.Secrets);
        Assert.Equal(File.ReadAllBytes(KeyFile("1")), KeyShare.Open(Pem(renewed), share.Spec.Data.AsSpan()));

        await _fixture.Store.UpdateAsync(t => t.Update(node with { Role = NodeRole.Worker }));
        await GiveAsync(first);
        Assert.Empty(_fixture.Store.Current.Secrets);
    }

    private static string Pem(ECDsa key) => key.ExportPkcs8PrivateKeyPem();

    private string KeyFile(string manager) => Path.Combine(_directory, manager);

    private KeyShares Shares(LocalKeyProvider keys) => new(_fixture.Store, keys, NullLogger.Instance);

    private Task GiveAsync(LocalKeyProvider keys) =>
        Shares(keys).GiveAsync(new("m1"), new RandomIdGenerator(new Random(1)), default);

    private async Task<Node> AddManagerAsync(ECDsa key) => await _fixture.Store.UpdateAsync(transaction =>
    {
        transaction.Create(new Node { Id = new("m1"), Role = NodeRole.Manager });
        return transaction.Create(new Node { Id = new("m2"), Role = NodeRole.Manager, Certificate = Certified(key) });
    });

    private static SecretVault VaultOf(IKeyProvider keys) =>
        new(SecretStorage.Sealed, keys, [], RandomNumberGenerator.Fill);

    private static NodeCertificate Certified(ECDsa key)
    {
        using var certificate = CertificateOf(key);
        ValueList<byte> pem = [.. Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())];
        return new(NodeRole.Manager, default, IssuanceState.Issued, "", pem, "m2");
    }

    private static X509Certificate2 CertificateOf(ECDsa key)
    {
        var request = new CertificateRequest("CN=m2", key, HashAlgorithmName.SHA256);

        // What certificates of nodes are for.
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment,
            critical: true));
        return request.CreateSelfSigned(
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
