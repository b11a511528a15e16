namespace Swarm;

/// <summary>A secret that a task gets.</summary>
/// <param name="SecretId">Id of the secret.</param>
/// <param name="SecretName">Its name.</param>
/// <param name="Target">The file it becomes; null in a spec that is not valid.</param>
public sealed record SecretReference(SecretId SecretId, string SecretName, FileTarget? Target);
