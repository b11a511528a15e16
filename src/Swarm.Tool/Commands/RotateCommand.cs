using System.CommandLine;
using System.Security.Cryptography;

namespace Swarm.Tool.Commands;

/// <summary>
/// <c>swarm secret rotate</c> and <c>swarm config rotate</c>: new content for the services that use one, for which the
/// docker command has no word.
/// </summary>
internal static class RotateCommand
{
    // The largest content the swarm takes is smaller than this.
    private const int MaximumSize = 1_100_000;

    private const string StandardInput = "-";

    /// <summary>The command of one kind.</summary>
    /// <param name="kind"><c>secret</c> or <c>config</c>.</param>
    public static Command Create(string kind)
    {
        var name = new Argument<string>("NAME") { Description = $"Name or id of the {kind}." };
        var file = new Argument<string>("FILE")
        {
            Description = "File with the new content; - reads standard input.",
            DefaultValueFactory = _ => StandardInput,
        };
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var rotate = new Command(
            "rotate",
            $"Stores new content as a new version of a {kind}; services that use it change over by their update policy, "
            + "and docker service rollback returns to the former version.")
        {
            name, file, host, json,
        };
        rotate.SetAction((parsed, cancellationToken) => RunAsync(
            kind,
            parsed.GetValue(name)!,
            parsed.GetValue(file)!,
            parsed.GetValue(host)!,
            parsed.GetValue(json),
            cancellationToken));
        return new Command(kind, $"What can be done with a {kind} beyond docker {kind}.") { rotate };
    }

    private static async Task<int> RunAsync(
        string kind,
        string name,
        string file,
        string host,
        bool isJson,
        CancellationToken cancellationToken)
    {
        byte[] content = [];
        try
        {
            content = await ReadAsync(file, cancellationToken);
            using var engine = new EngineConnection(host);
            var id = await engine.PostDataAsync(
                $"{kind}s/{Uri.EscapeDataString(name)}/rotate",
                content,
                cancellationToken);
            await Console.Out.WriteLineAsync(isJson ? OneDocument.Write(("ID", id)) : id);
            return ExitCode.Success;
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or HttpRequestException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"swarm {kind} rotate: {exception.Message}");
            return ExitCode.Failure;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var source = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
        var buffer = new byte[MaximumSize];
        try
        {
            var length = await source.ReadAtLeastAsync(
                buffer,
                buffer.Length,
                throwOnEndOfStream: false,
                cancellationToken);
            return length < buffer.Length
                ? buffer[..length]
                : throw new IOException($"the content of {file} is too large: at most 1 MB is allowed");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
