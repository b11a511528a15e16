using Microsoft.Extensions.DependencyInjection;

namespace Swarm.Hosting.DependencyInjection;

/// <summary>One node being configured.</summary>
internal sealed record SwarmBuilder(IServiceCollection Services, NodeBlueprint Blueprint) : ISwarmBuilder;
