using System.Diagnostics;

namespace Swarm.DockerCli.Tests;

/// <summary>Waits for what another process is about to do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Asks again until the answer is as wanted; the last answer is in the failure.</summary>
    public static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            var answer = await ask();
            if (wanted(answer))
            {
                return answer;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"not reached: {what}; last seen: {answer}");
            await Task.Delay(100);
        }
    }
}
