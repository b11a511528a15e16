using System.CommandLine;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm backup</c>: a backup of the swarm from a manager at work.</summary>
internal static class BackupCommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "File that the backup goes to.", Required = true };
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command(
            "backup",
            "Writes a backup of the swarm while it works. With autolock it needs the unlock key of this moment; without, "
            + "whoever has the file has the swarm.")
        {
            to, host, json,
        };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(to)!, parsed.GetValue(host)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string to,
        string host,
        bool isJson,
        CancellationToken cancellationToken)
    {
        // The file gets its name when it is whole, so that a backup that is there is one.
        var partial = to + ".partial";
        try
        {
            using var engine = new EngineConnection(host);
            await using (var file = Open(partial))
            {
                await engine.DownloadAsync("swarm/backup", file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, to, overwrite: true);
            var path = Path.GetFullPath(to);
            await Console.Out.WriteLineAsync(isJson
                ? OneDocument.Write(("File", path))
                : $"{path}, {new FileInfo(path).Length} bytes; "
                    + $"'swarm restore --from {to} --state DIRECTORY' makes a swarm of it");

            return ExitCode.Success;
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or HttpRequestException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"swarm backup: {exception.Message}");
            return ExitCode.Failure;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static FileStream Open(string path)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }
}
