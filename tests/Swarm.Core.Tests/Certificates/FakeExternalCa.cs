using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Swarm.Certificates;
using Swarm.Certificates.Rotation;

namespace Swarm.Core.Tests.Certificates;

/// <summary>A CFSSL authority that does what it is told, with a root of its own.</summary>
internal sealed class FakeExternalCa(RootCa root, TimeProvider time) : IExternalCaClient
{
    public bool IsDown { get; set; }

    public ExternalCaAnswer? Answer { get; set; }

    public List<JsonElement> Requests { get; } = [];

    public Task<bool> IsReachableAsync(string url, string roots, CancellationToken cancellationToken) =>
        Task.FromResult(!IsDown && CertificatePem.Normalize(roots) == CertificatePem.Normalize(root.Certificate));

    public Task<ExternalCaAnswer> PostAsync(
        string url,
        string roots,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            throw new HttpRequestException("connection refused");
        }

        using var document = JsonDocument.Parse(json);
        var request = document.RootElement.Clone();
        Requests.Add(request);
        return Task.FromResult(Answer ?? new(200, AuthorityFixture.Bytes(Sign(request))));
    }

    private string Sign(JsonElement request)
    {
        var text = request.GetProperty("certificate_request").GetString()!;
        var pem = request.TryGetProperty("profile", out var profile) && profile.GetString() == "CA"
            ? SignAuthority(text)
            : SignNode(text, request.GetProperty("subject"));
        return $$"""{"success":true,"result":{"certificate":{{JsonSerializer.Serialize(pem)}}},"errors":[],"messages":[]}""";
    }

    private string SignNode(string text, JsonElement subject)
    {
        var names = subject.GetProperty("names")[0];
        return NodeCertificateIssuer.Issue(
            root,
            new(
                new(subject.GetProperty("CN").GetString()!),
                names.GetProperty("OU").GetString() == "swarm-manager" ? NodeRole.Manager : NodeRole.Worker,
                new(names.GetProperty("O").GetString()!)),
            SigningRequest.ReadKey(text),
            TimeSpan.FromDays(30),
            time.GetUtcNow(),
            RandomNumberGenerator.Fill);
    }

    private string SignAuthority(string text)
    {
        var request = CertificateRequest.LoadSigningRequestPem(
            text,
            HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions,
            RSASignaturePadding.Pkcs1);
        using var signer = CertificateSigningKey.OfTrustedRoot(root)!;
        using var signed = signer.Sign(
            request,
            time.GetUtcNow().AddHours(-1),
            time.GetUtcNow().AddDays(3000),
            RandomNumberGenerator.Fill);
        return CertificatePem.Write(signed);
    }
}
