using System.Diagnostics;
using System.Text;

namespace Swarm.Samples.Tests;

/// <summary>A sample as its users start it, with what it has written so far.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly StringBuilder _output = new();
    private readonly Process _process;
    private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has written to both outputs.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a sample in a directory of the caller's, its swarm at an address that nobody else uses.</summary>
    public static SampleProcess Start(string sample, string directory, string address, params string[] arguments)
    {
        // Beside the output of these tests is that of the samples, made with the same configuration.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(here.Parent!.Parent!.FullName, sample, here.Name, $"{sample}.dll");
        Assert.True(File.Exists(program), $"{program} is missing");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Swarm__ListenAddress"] = $"{address}:2377" },
        };
        return new SampleProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it has written a text.</summary>
    public async Task WritesAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var written = Volatile.Read(ref _written).Task;
            if (Output.Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            Assert.False(_process.HasExited, $"it ended without '{text}':\n{Output}");
            try
            {
                await written.WaitAsync(TimeSpan.FromSeconds(1), limit.Token);
            }
            catch (TimeoutException)
            {
                // Look whether it has ended.
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{text}' was not written:\n{Output}");
            }
        }
    }

    public Task TypeAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> EndsAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Presses Ctrl+C, so to speak, and waits for the end.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        return await EndsAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }

        Interlocked.Exchange(ref _written, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
