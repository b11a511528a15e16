using System.Diagnostics;
using System.Reflection;
using Swarm.Net.Tests.Conformance;
using Swarm.Net.Tests.Overlay;

namespace Swarm.Net.Tests.Guest;

/// <summary>
/// What a guest runs: the cases of suites, one after the other, each told about in a line. Nothing of a test runner is
/// needed for that, which would take its time on an emulated processor.
/// </summary>
internal static class Program
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <param name="arguments">The only cases to run; none for all.</param>
    public static async Task<int> Main(string[] arguments)
    {
        var failures = 0;
        foreach (var method in new[] { typeof(EncryptionConformance), typeof(IpvsConformance) }
            .SelectMany(CasesOf)
            .Where(method => arguments.Length == 0 || arguments.Contains(method.Name)))
        {
            var watch = Stopwatch.StartNew();
            var outcome = await RunAsync(method);
            failures += outcome is "passed" or "skipped" ? 0 : 1;
            Console.WriteLine($"case {method.Name}: {outcome.ReplaceLineEndings(" | ")}");
            Console.WriteLine($"took {watch.Elapsed.TotalSeconds:0.0} s");
        }

        Console.WriteLine($"suite ended: {failures} of its cases failed");
        return failures;
    }

    /// <summary>The cases of a suite, those that it inherits included.</summary>
    public static IEnumerable<MethodInfo> CasesOf(Type suite) => suite
        .GetMethods(BindingFlags.Public | BindingFlags.Instance)
        .Where(method => method.GetCustomAttribute<SkippableFactAttribute>() is not null)
        .OrderBy(method => method.Name, StringComparer.Ordinal);

    private static async Task<string> RunAsync(MethodInfo method)
    {
        try
        {
            var suite = (IAsyncLifetime)Activator.CreateInstance(method.ReflectedType!)!;
            await suite.InitializeAsync().WaitAsync(Patience);
            try
            {
                await ((Task)method.Invoke(suite, null)!).WaitAsync(Patience);
            }
            finally
            {
                await suite.DisposeAsync().WaitAsync(Patience);
            }

            return "passed";
        }
        catch (SkipException exception)
        {
            Console.WriteLine($"not run: {exception.Message}");
            return "skipped";
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
    }
}
