namespace Swarm.Interop.Tests.Harness;

/// <summary>Logs as they appear in a failure.</summary>
internal static class LogText
{
    private const int MaxColumns = 400;

    // The bulk of a dockerd log explains nothing: talk of its gRPC client, and sysctls a namespace does not have.
    private static readonly string[] Noise = ["module=grpc", "error reading the kernel parameter"];

    public static string Tail(string file, int lines)
    {
        if (!File.Exists(file))
        {
            return $"{file}: no log";
        }

        var kept = Read(file).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !Noise.Any(line.Contains))
            .TakeLast(lines)
            .Select(line => line.Length > MaxColumns ? line[..MaxColumns] + "…" : line);
        return $"end of {file}:\n{string.Join('\n', kept)}";
    }

    public static string Read(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
