namespace Swarm.Dashboard;

/// <summary>Tells where the dashboard listens, once the host has started.</summary>
public interface IDashboardAddress
{
    /// <summary>The address, with the real port where 0 was asked for; null while it does not listen.</summary>
    Uri? Address { get; }
}
