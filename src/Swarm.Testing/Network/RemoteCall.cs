using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Swarm.Dispatch;

namespace Swarm.Testing;

/// <summary>Calls over a <see cref="Route"/>: the work is done on the machine at its other end.</summary>
internal static class RemoteCall
{
    /// <summary>One question, one answer.</summary>
    public static async Task<T> AskAsync<T>(Route route, Func<Task<T>> answer, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (wait, refusal) = route.Refusal;
        route.Forth(
            () => _ = route.To.Scheduler.StartAsync(() => AnswerAsync(route, answer, result)),
            () => route.Later(wait, () => result.TrySetException(refusal)));
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<T>)state!).TrySetCanceled(token),
            result);
        return await result.Task;
    }

    /// <summary>One question, any number of answers in order.</summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Route route,
        Func<CancellationToken, IAsyncEnumerable<T>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new RemoteStream<T>(route, open);
        stream.Open();
        try
        {
            while (await stream.Reader.WaitToReadAsync(cancellationToken))
            {
                while (stream.Reader.TryRead(out var item))
                {
                    yield return item;
                }
            }
        }
        finally
        {
            stream.Close();
        }
    }

    private static async Task AnswerAsync<T>(Route route, Func<Task<T>> answer, TaskCompletionSource<T> result)
    {
        Action deliver;
        try
        {
            var value = await answer();
            deliver = () => result.TrySetResult(value);
        }
        catch (Exception exception)
        {
            deliver = () => result.TrySetException(exception);
        }

        route.Back(deliver, () => route.Later(
            Route.KeepAlive,
            () => result.TrySetException(Route.Unavailable("the connection broke"))));
    }

    private sealed class RemoteStream<T>(Route route, Func<CancellationToken, IAsyncEnumerable<T>> open)
    {
        private readonly Channel<T> _inbox = Channel.CreateUnbounded<T>(
            new UnboundedChannelOptions { SingleReader = true });

        private readonly StopSignal _stop = new();
        private bool _isBroken;

        public ChannelReader<T> Reader => _inbox.Reader;

        public void Open()
        {
            var (wait, refusal) = route.Refusal;
            route.Forth(
                () => _ = route.To.Scheduler.StartAsync(PumpAsync),
                () => route.Later(wait, () => _inbox.Writer.TryComplete(refusal)));
        }

        public void Close()
        {
            _inbox.Writer.TryComplete();
            route.Forth(Stop, Break);
        }

        private async Task PumpAsync()
        {
            Action end;
            try
            {
                await foreach (var item in open(_stop.Token))
                {
                    route.Back(() => _inbox.Writer.TryWrite(item), Break);
                }

                end = () => _inbox.Writer.TryComplete();
            }
            catch (Exception exception)
            {
                end = () => _inbox.Writer.TryComplete(exception);
            }

            route.Back(end, Break);
        }

        private void Break()
        {
            if (_isBroken)
            {
                return;
            }

            _isBroken = true;
            route.Later(Route.KeepAlive, () =>
            {
                _inbox.Writer.TryComplete(Route.Unavailable("the connection broke"));
                Stop();
            });
        }

        // On the machine that has the work; what is cancelled goes on there.
        private void Stop() => _ = route.To.Scheduler.StartAsync(() =>
        {
            _stop.Set();
            return Task.CompletedTask;
        });
    }
}
