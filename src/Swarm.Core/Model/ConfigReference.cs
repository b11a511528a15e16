namespace Swarm;

/// <summary>A config that a task gets.</summary>
/// <param name="ConfigId">Id of the config.</param>
/// <param name="ConfigName">Its name.</param>
/// <param name="Target">The file it becomes; null for a config that only the runtime reads.</param>
/// <param name="Runtime">True when the runtime reads it, as for a credential spec.</param>
public sealed record ConfigReference(ConfigId ConfigId, string ConfigName, FileTarget? Target, bool Runtime = false);
