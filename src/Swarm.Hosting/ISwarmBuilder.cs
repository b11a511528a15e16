using Microsoft.Extensions.DependencyInjection;

namespace Swarm.Hosting;

/// <summary>
/// Configures one node of this process. <c>Use…</c> replaces exactly one thing, <c>Add…</c> appends to a set.
/// </summary>
public interface ISwarmBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }
}
