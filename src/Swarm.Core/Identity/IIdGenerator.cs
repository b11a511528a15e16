namespace Swarm.Identity;

/// <summary>Makes ids for objects, sessions and subscriptions.</summary>
/// <remarks>Injected, so that a seeded run gives the same ids every time.</remarks>
public interface IIdGenerator
{
    /// <summary>A new id: 25 characters <c>[0-9a-z]</c>.</summary>
    /// <returns>The id.</returns>
    string Next();
}
