using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;
using Swarm.Certificates.Rotation;
using Swarm.Hosting.Wire.Client;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>Against an authority that is a web server on this machine.</summary>
public sealed class ExternalCaClientTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly RootCa _root = RootCertificate.Create(Now, RandomNumberGenerator.Fill);
    private WebApplication _authority = null!;
    private ExternalCaClient _client = null!;
    private string _url = "";

    public async Task InitializeAsync()
    {
        _client = new ExternalCaClient(
            new CurrentIdentity(TestIdentity.Under(_root, NodeRole.Manager, Now), KeyEncryptionKey.None),
            TimeProvider.System);
        _authority = await StartAsync();
        _url = _authority.Urls.Single().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal) + "/sign";
    }

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    [Fact]
    public async Task The_authority_reads_the_document_and_sees_which_node_asks()
    {
        var answer = await _client.PostAsync(_url, _root.Certificate, "{\"a\":1}"u8.ToArray(), default);

        Assert.Equal(201, answer.Status);
        Assert.Equal("node1 {\"a\":1}"u8, answer.Body.AsSpan());
    }

    [Fact]
    public async Task Of_an_answer_without_end_the_start_is_read()
    {
        var answer = await _client.PostAsync(_url + "/much", _root.Certificate, "{}"u8.ToArray(), default);

        Assert.Equal(IExternalCaClient.MaxAnswer, answer.Body.Count);
    }

    [Fact]
    public async Task An_authority_under_another_root_is_not_asked()
    {
        var other = RootCertificate.Create(Now, RandomNumberGenerator.Fill).Certificate;

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PostAsync(_url, other, "{}"u8.ToArray(), default));
        Assert.False(await _client.IsReachableAsync(_url, other, default));
    }

    [Fact]
    public async Task It_is_reachable_by_its_own_name_while_it_listens()
    {
        Assert.True(await _client.IsReachableAsync(_url, _root.Certificate, default));
        Assert.False(await _client.IsReachableAsync(
            _url.Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal), _root.Certificate, default));
        await _authority.StopAsync();
        Assert.False(await _client.IsReachableAsync(_url, _root.Certificate, default));
    }

    private async Task<WebApplication> StartAsync()
    {
        using var certificate = ServerCertificate();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        })));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.MapPost("/sign", EchoAsync);
        app.MapPost("/sign/much", context => context.Response.Body.WriteAsync(new byte[1_000_000]).AsTask());
        await app.StartAsync();
        return app;
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var name = context.Connection.ClientCertificate!.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        using var reader = new StreamReader(context.Request.Body);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsync($"{name} {await reader.ReadToEndAsync()}");
    }

    private X509Certificate2 ServerCertificate()
    {
        using var root = X509Certificate2.CreateFromPem(_root.Certificate, _root.PrivateKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, Now.AddMinutes(-5), Now.AddDays(1), [1]);
        return certificate.CopyWithPrivateKey(key);
    }
}
