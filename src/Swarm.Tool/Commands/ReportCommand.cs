using System.CommandLine;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm report</c>: what somebody needs who was not there when it failed, in one file.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var to = new Option<string>("--to")
        {
            Description = "File that the report goes to, a .tar.gz.",
            DefaultValueFactory = _ => "swarm-report.tar.gz",
        };
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command(
            "report",
            "Writes nodes, services, tasks, why they do not run, events and the last output of services into one file "
            + "of at most 8 MB. Values of secrets are not in it, environments of services are.")
        {
            to, host, json,
        };
        Verb.Set(command, host, json, async (verb, parsed, cancellationToken) =>
        {
            var path = Path.GetFullPath(parsed.GetValue(to)!);
            var bytes = await SwarmReport.WriteAsync(verb.Client, path, daemonLog: "", cancellationToken);
            verb.Line(verb.IsJson ? OneDocument.Write(("File", path)) : $"{path}, {bytes} bytes");
            return ExitCode.Success;
        });
        return command;
    }
}
