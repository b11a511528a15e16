using System.Text;
using System.Text.Json;

namespace Swarm.Certificates.Rotation;

/// <summary>The documents that a CFSSL authority takes and gives.</summary>
internal static class CfsslProtocol
{
    /// <summary>Profile of the authority that signs authorities (SwarmKit's name).</summary>
    private const string AuthorityProfile = "CA";

    /// <summary>Asks for the certificate of a node: subject and names are set here, not by the node.</summary>
    public static byte[] SignNode(string signingRequest, CertificateSubject subject) => Write(json =>
    {
        json.WriteStartArray("hosts");
        foreach (var name in NodeCertificateIssuer.NamesOf(subject))
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteString("certificate_request", signingRequest);
        json.WriteStartObject("subject");
        json.WriteString("CN", subject.NodeId.Value);
        json.WriteStartArray("names");
        json.WriteStartObject();
        json.WriteString("O", subject.ClusterId.Value);
        json.WriteString("OU", subject.Unit);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Asks for a signature under a root. The extension goes beside the request, where it is looked for.</summary>
    public static byte[] SignAuthority(string signingRequest, string commonName, byte[] basicConstraints) =>
        Write(json =>
        {
            json.WriteString("certificate_request", signingRequest);
            json.WriteStartObject("subject");
            json.WriteString("CN", commonName);
            json.WriteEndObject();
            json.WriteString("profile", AuthorityProfile);
            json.WriteStartArray("extensions");
            json.WriteStartObject();
            json.WriteString("id", "2.5.29.19");
            json.WriteBoolean("critical", true);
            json.WriteString("value", Convert.ToHexStringLower(basicConstraints));
            json.WriteEndObject();
            json.WriteEndArray();
        });

    /// <summary>Takes the certificate out of an answer.</summary>
    /// <exception cref="SigningDelayedException">The authority is not well; try again.</exception>
    /// <exception cref="SwarmException">The authority refuses.</exception>
    public static string ReadCertificate(ExternalCaAnswer answer)
    {
        if (answer.Status != 200)
        {
            var text = Encoding.UTF8.GetString(answer.Body.AsSpan()[..Math.Min(answer.Body.Count, 1024)]);
            throw new SigningDelayedException($"unexpected status code in CSR response: {answer.Status} - {text}");
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body.AsMemory(), new JsonDocumentOptions { MaxDepth = 16 });
            return ReadCertificate(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new SigningDelayedException("unable to parse JSON response", exception);
        }
    }

    private static string ReadCertificate(JsonElement answer)
    {
        if (answer.ValueKind == JsonValueKind.Object
            && answer.TryGetProperty("success", out var success)
            && success.ValueKind == JsonValueKind.True
            && answer.TryGetProperty("result", out var result)
            && result.ValueKind == JsonValueKind.Object
            && result.TryGetProperty("certificate", out var certificate)
            && certificate.ValueKind == JsonValueKind.String)
        {
            return CertificatePem.Normalize(certificate.GetString()!);
        }

        var errors = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("errors", out var given)
            ? given.ToString()
            : "";
        throw SwarmException.InvalidArgument(errors.Length is > 2 and < 1024
            ? $"certificate signing request failed: {errors}"
            : "certificate signing request failed");
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
