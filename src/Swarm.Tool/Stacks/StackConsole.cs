using System.Globalization;
using System.Text;
using Swarm.Compose.Values;

namespace Swarm.Tool.Stacks;

/// <summary>What a stack command writes: results on standard output, everything else on standard error.</summary>
internal sealed class StackConsole(TimeProvider time) : IDisposable
{
    private readonly StreamWriter _out = Open(Console.OpenStandardOutput());
    private readonly StreamWriter _error = Open(Console.OpenStandardError());

    public void Write(string text) => _out.Write(text);

    public void Line(string text) => _out.Write(text + "\n");

    public void Notice(string text) => _error.Write(text + "\n");

    public void NoticeWithoutBreak(string text) => _error.Write(text);

    /// <summary>A line as the docker command logs it.</summary>
    public void Log(string message) => Notice(string.Create(
        CultureInfo.InvariantCulture,
        $"time=\"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}\" level=warning msg={GoText.Quote(message)}"));

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    private static StreamWriter Open(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true };
}
