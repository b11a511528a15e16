namespace Swarm.Execution;

/// <summary>
/// An executor whose tasks are reached at ports of their node, which the controllers tell: published ports of such a
/// node are answered by the routing mesh.
/// </summary>
internal interface INodePortExecutor;
