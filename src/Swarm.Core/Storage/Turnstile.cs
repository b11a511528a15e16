namespace Swarm.Storage;

/// <summary>Lets one through at a time, in the order of arrival.</summary>
/// <remarks>
/// Who waits goes on where it runs, also after a cancellation: a semaphore would tell those who can be cancelled from a
/// pool thread, and a simulation would run ahead of them.
/// </remarks>
internal sealed class Turnstile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isTaken;
    private bool _isClosed;

    /// <summary>Waits for the turn of the caller, which ends with <see cref="Leave"/>.</summary>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (!_isTaken)
            {
                _isTaken = true;
                return ValueTask.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return new ValueTask(WaitAsync(turn, cancellationToken));
        }
    }

    /// <summary>Ends the turn; the next one who still waits has theirs.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _isTaken = false;
        }
    }

    /// <summary>Turns away whoever waits, and whoever comes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_waiting.TryDequeue(out var next))
            {
                next.TrySetException(new ObjectDisposedException(nameof(Turnstile)));
            }
        }
    }

    private static async Task WaitAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token),
            turn);
        await turn.Task;
    }
}
