namespace Swarm.Compose.Deployment;

/// <summary>Collects what is wrong with a stack, so that it is all said at once.</summary>
internal sealed class PlanProblems
{
    private readonly List<StackDiagnostic> _found = [];

    public void Try(Action step) => Try<object>(() =>
    {
        step();
        return null;
    });

    /// <summary>Runs a step about a service.</summary>
    public void Try(string service, Action step)
    {
        try
        {
            step();
        }
        catch (StackFileException exception)
        {
            _found.AddRange(exception.Diagnostics.Select(diagnostic =>
                diagnostic with { Message = $"service {service}: {diagnostic.Message}" }));
        }
    }

    /// <summary>The result of a step; null when it failed.</summary>
    public T? Try<T>(Func<T?> step)
        where T : class
    {
        try
        {
            return step();
        }
        catch (StackFileException exception)
        {
            _found.AddRange(exception.Diagnostics);
            return null;
        }
    }

    /// <exception cref="StackFileException">Something is wrong.</exception>
    public void ThrowIfAny()
    {
        if (_found.Count > 0)
        {
            throw new StackFileException(_found[0].Message, _found);
        }
    }
}
