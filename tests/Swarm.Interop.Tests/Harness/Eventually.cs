using System.Diagnostics;

namespace Swarm.Interop.Tests.Harness;

/// <summary>Waits for what other processes are about to do.</summary>
internal static class Eventually
{
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(150);

    /// <summary>Asks again until the answer is as wanted; the last answer and the context are in the failure.</summary>
    /// <param name="ask">The question; an exception counts as an answer that is not yet as wanted.</param>
    /// <param name="wanted">Whether the answer is the one waited for.</param>
    /// <param name="what">What is waited for, in words.</param>
    /// <param name="context">What a reader of the failure wants to see besides, e.g. the end of the logs.</param>
    /// <param name="limit">How long to ask; <see cref="DefaultLimit"/> when null.</param>
    /// <param name="pause">How long to wait before asking again; only figures need it short.</param>
    public static async Task<T> BecomesAsync<T>(
        Func<Task<T>> ask,
        Func<T, bool> wanted,
        string what,
        Func<Task<string>>? context = null,
        TimeSpan? limit = null,
        TimeSpan? pause = null)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            string last;
            try
            {
                var answer = await ask();
                if (wanted(answer))
                {
                    return answer;
                }

                last = Describe(answer);
            }
            catch (Exception error) when (error is IOException or HttpRequestException or Xunit.Sdk.XunitException)
            {
                last = error.Message;
            }

            var waited = Stopwatch.GetElapsedTime(started);
            if (waited > (limit ?? DefaultLimit))
            {
                var more = context is null ? "" : $"\n{await context()}";
                Assert.Fail($"not reached in {waited.TotalSeconds:F0} s: {what}\nlast seen: {last}{more}");
            }

            await Task.Delay(pause ?? DefaultPause);
        }
    }

    public static Task BecomesTrueAsync(
        Func<Task<bool>> ask, string what, Func<Task<string>>? context = null, TimeSpan? limit = null) =>
        BecomesAsync(ask, answer => answer, what, context, limit);

    private static string Describe<T>(T answer) => answer is System.Collections.IEnumerable many and not string
        ? string.Join('\n', many.Cast<object>().Select(item => $"{item}").DefaultIfEmpty("nothing"))
        : $"{answer}";
}
