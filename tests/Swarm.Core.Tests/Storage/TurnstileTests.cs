using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Storage;

public sealed class TurnstileTests
{
    [Fact]
    public async Task One_passes_at_a_time_in_the_order_of_arrival()
    {
        using var turnstile = new Turnstile();
        await turnstile.EnterAsync(CancellationToken.None);
        var second = turnstile.EnterAsync(CancellationToken.None).AsTask();
        var third = turnstile.EnterAsync(CancellationToken.None).AsTask();

        turnstile.Leave();
        await second;
        Assert.False(third.IsCompleted);

        turnstile.Leave();
        await third;
        turnstile.Leave();
        Assert.True(turnstile.EnterAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_gives_up_holds_up_nobody()
    {
        using var turnstile = new Turnstile();
        using var impatience = new CancellationTokenSource();
        await turnstile.EnterAsync(CancellationToken.None);
        var impatient = turnstile.EnterAsync(impatience.Token).AsTask();
        var patient = turnstile.EnterAsync(CancellationToken.None).AsTask();

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        turnstile.Leave();

        await patient;
    }

    [Fact]
    public async Task Who_is_turned_away_learns_it()
    {
        var turnstile = new Turnstile();
        await turnstile.EnterAsync(CancellationToken.None);
        var waiting = turnstile.EnterAsync(CancellationToken.None).AsTask();

        turnstile.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => turnstile.EnterAsync(CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_waits_goes_on_where_it_runs(bool isCancelled)
    {
        var thread = new SingleThreadScheduler();
        using var turnstile = new Turnstile();
        using var stop = new CancellationTokenSource();
        var ended = false;
        _ = thread.StartAsync(async () => await turnstile.EnterAsync(CancellationToken.None));
        _ = thread.StartAsync(async () =>
        {
            try
            {
                await turnstile.EnterAsync(stop.Token);
            }
            finally
            {
                ended = true;
            }
        });
        thread.RunUntilIdle();
        Assert.False(ended);

        if (isCancelled)
        {
            stop.Cancel();
        }
        else
        {
            turnstile.Leave();
        }

        thread.RunUntilIdle();
        Assert.True(ended);
    }
}
