using Microsoft.Extensions.Logging;
using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>What the parts of one agent share.</summary>
internal sealed record AgentContext(
    AgentOptions Options,
    IExecutor Executor,
    NodeDependencies Dependencies,
    StatusReporter Reporter,
    TimeProvider Time,
    ILogger Logger);
