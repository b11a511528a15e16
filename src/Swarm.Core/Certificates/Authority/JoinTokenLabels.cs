using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swarm.Certificates.Authority;

/// <summary>
/// Additional join tokens in the labels of the cluster: managers that know nothing of them carry them along. Kept is a
/// hash of the secret, so that a label lets nobody in.
/// </summary>
internal static class JoinTokenLabels
{
    /// <summary>Most additional tokens; each costs a comparison at every join.</summary>
    public const int MaxTokens = 100;

    private const string Prefix = "swarm.join-token.";

    public static IEnumerable<StoredToken> Read(ValueDictionary<string> labels) => labels
        .Where(label => IsToken(label.Key))
        .Select(label => Parse(label.Key[Prefix.Length..], label.Value))
        .OfType<StoredToken>();

    public static ValueDictionary<string> With(ValueDictionary<string> labels, JoinTokenGrant grant, string secret)
    {
        var record = new TokenRecord
        {
            Role = grant.Role == NodeRole.Manager ? "manager" : "worker",
            Secret = JoinToken.HashOf(secret),
            Expires = grant.ExpiresAt,
            Approval = grant.NeedsApproval ? true : null,
            Labels = grant.NodeLabels.IsEmpty ? null : grant.NodeLabels.ToDictionary(),
        };
        return labels.With(Prefix + grant.Name, JsonSerializer.Serialize(record, TokenJson.Default.TokenRecord));
    }

    public static ValueDictionary<string> Without(ValueDictionary<string> labels, string name) =>
        labels.Without(Prefix + name);

    /// <summary>The labels without tokens.</summary>
    public static ValueDictionary<string> Without(ValueDictionary<string> labels) => labels
        .Where(label => !IsToken(label.Key))
        .ToValueDictionary();

    /// <summary>The labels that a client wants, with the tokens that there are: clients do not write tokens.</summary>
    public static ValueDictionary<string> Keep(ValueDictionary<string> wanted, ValueDictionary<string> current) =>
        wanted.Where(label => !IsToken(label.Key))
            .Concat(current.Where(label => IsToken(label.Key)))
            .ToValueDictionary();

    private static bool IsToken(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);

    // What cannot be read lets nobody in.
    private static StoredToken? Parse(string name, string value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, TokenJson.Default.TokenRecord) is { Secret.Length: > 0 } record
                ? new(
                    new()
                    {
                        Name = name,
                        Role = record.Role == "manager" ? NodeRole.Manager : NodeRole.Worker,
                        ExpiresAt = record.Expires,
                        NeedsApproval = record.Approval ?? false,
                        NodeLabels = (record.Labels ?? []).ToValueDictionary(),
                    },
                    record.Secret)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>An additional token as it is kept.</summary>
internal sealed record StoredToken(JoinTokenGrant Grant, string SecretHash);

internal sealed record TokenRecord
{
    public string Role { get; init; } = "";

    public string Secret { get; init; } = "";

    public DateTimeOffset? Expires { get; init; }

    public bool? Approval { get; init; }

    public Dictionary<string, string>? Labels { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenRecord))]
internal sealed partial class TokenJson : JsonSerializerContext;
