using Swarm.Certificates;
using Swarm.Certificates.Authority;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What making and withdrawing additional join tokens does to the store.</summary>
internal static class JoinTokenChanges
{
    private const int MaxNameLength = 63;

    /// <summary>Makes a token; its text is told this once and is not kept.</summary>
    public static string Create(StoreTransaction transaction, JoinTokenGrant grant, RandomBytes random)
    {
        Validate(grant, transaction.Now);
        var cluster = Find(transaction);
        var existing = JoinTokenLabels.Read(cluster.Spec.Labels).ToList();
        if (existing.Exists(token => token.Grant.Name == grant.Name))
        {
            throw new SwarmException(SwarmErrorCode.AlreadyExists, $"join token {grant.Name} already exists");
        }

        Rule.Require(
            existing.Count < JoinTokenLabels.MaxTokens,
            $"there are {JoinTokenLabels.MaxTokens} join tokens already; remove one first");
        var token = JoinToken.Create(cluster.RootCa.Certificate, random);
        transaction.Update(cluster with
        {
            Spec = cluster.Spec with { Labels = JoinTokenLabels.With(cluster.Spec.Labels, grant, token.Secret) },
        });
        return token.ToString();
    }

    public static void Remove(StoreTransaction transaction, string name)
    {
        var cluster = Find(transaction);
        if (!JoinTokenLabels.Read(cluster.Spec.Labels).Any(token => token.Grant.Name == name))
        {
            throw SwarmException.NotFound($"join token {name} not found");
        }

        transaction.Update(cluster with
        {
            Spec = cluster.Spec with { Labels = JoinTokenLabels.Without(cluster.Spec.Labels, name) },
        });
    }

    private static void Validate(JoinTokenGrant grant, DateTimeOffset now)
    {
        Rule.Require(
            grant.Name.Length is > 0 and <= MaxNameLength && grant.Name.All(IsNameCharacter),
            $"invalid join token name {Quoted.Of(grant.Name)}: use 1 to 63 characters of a-z, 0-9 and -");
        Rule.Require(
            grant.ExpiresAt is not { } end || end > now,
            $"join token {grant.Name} would have ended before it was made");
        SpecSize.Check("join token", SpecSize.Of(grant.NodeLabels));
    }

    private static Cluster Find(StoreTransaction transaction) => transaction.Cluster
        ?? throw SwarmException.NotFound($"cluster {ClusterRules.Name} not found");

    private static bool IsNameCharacter(char character) =>
        char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-';
}
