namespace Swarm.Dispatch;

/// <summary>
/// A stop that is asked for once. Unlike its source, it needs no disposal (there is neither timer nor handle behind
/// it), and it always stops on the spot: the asynchronous form would leave the scheduler.
/// </summary>
internal sealed class StopSignal
{
    private readonly Action _set;

    public StopSignal()
    {
        var source = new CancellationTokenSource();
        _set = source.Cancel;
        Token = source.Token;
    }

    public CancellationToken Token { get; }

    public bool IsSet => Token.IsCancellationRequested;

    public void Set() => _set();
}
