using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm exec</c>: runs a command beside a task, and ends with its exit code.</summary>
internal static class ExecCommand
{
    private static readonly Argument<string> Task = new("TASK")
    {
        Description = "Id of a task or the beginning of one, or SERVICE.SLOT.",
    };

    private static readonly Argument<string[]> Words = new("COMMAND")
    {
        Description = "The command and its arguments, after --.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> Interactive = new("--interactive", "-i")
    {
        Description = "Give the command this standard input.",
    };

    private static readonly Option<string> User = new("--user", "-u")
    {
        Description = "Who it runs as; as the task does unless set.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string> Directory = new("--workdir", "-w")
    {
        Description = "Where it runs; where the task does unless set.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string[]> Environment = new("--env", "-e")
    {
        Description = "A variable more, as NAME=VALUE. Repeatable.",
    };

    public static Command Create()
    {
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command(
            "exec",
            "Runs a command beside a task of the daemon's own node, with its environment and within its limits, and "
            + "ends with the command's exit code. With --json the outputs are in the result, at most 1 MiB of each.")
        {
            Task, Words, Interactive, User, Directory, Environment, host, json,
        };
        Verb.Set(command, host, json, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (task, container) = await FindAsync(verb.Client, parsed.GetValue(Task)!, cancellationToken);
        var id = await CreateAsync(verb.Client, parsed, task, container, cancellationToken);
        await using var connection = await verb.Client.UpgradeAsync(
            $"/exec/{id}/start",
            """{"Detach":false,"Tty":false}"""u8.ToArray(),
            cancellationToken);
        using var output = verb.IsJson ? ExecOutput.Kept() : ExecOutput.Of(verb.Output, verb.Error);
        await output.CopyAsync(
            connection,
            parsed.GetValue(Interactive) ? Console.OpenStandardInput() : Stream.Null,
            cancellationToken);
        var code = (int)(await verb.Client.GetAsync($"/exec/{id}/json", cancellationToken)).NumberAt("ExitCode");
        if (verb.IsJson)
        {
            verb.Line(JsonSerializer.Serialize(
                new ExecResult(task, code, output.Text, output.ErrorText), ToolJson.Default.ExecResult));
        }

        return code;
    }

    private static async Task<(string Task, string Container)> FindAsync(
        DockerClient client, string reference, CancellationToken cancellationToken)
    {
        var task = await FindTaskAsync(client, reference, cancellationToken);
        var id = task.TextAt("ID");
        var state = task.TextAt("Status", "State");
        var container = task.TextAt("Status", "ContainerStatus", "ContainerID");
        return state == "running" && container.Length > 0
            ? (id, container)
            : throw new StackCommandException(
                $"task {reference} does not run, it is {state}; swarm explain {reference} says why");
    }

    private static async Task<JsonElement> FindTaskAsync(
        DockerClient client, string reference, CancellationToken cancellationToken)
    {
        if (reference.Split('.') is [var service, var slot]
            && ulong.TryParse(slot, CultureInfo.InvariantCulture, out var n))
        {
            var tasks = await client.ListAsync(
                "/tasks", [("service", service), ("desired-state", "running")], cancellationToken);
            return tasks.Items().Where(task => task.NumberAt("Slot") == n)
                .OrderByDescending(task => task.TextAt("CreatedAt"), StringComparer.Ordinal)
                .Append(default)
                .First() is { ValueKind: JsonValueKind.Object } found
                    ? found
                    : throw new StackCommandException($"service {service} has no task in slot {slot} that is to run");
        }

        return await client.GetAsync($"/tasks/{Uri.EscapeDataString(reference)}", cancellationToken);
    }

    private static async Task<string> CreateAsync(
        DockerClient client,
        ParseResult parsed,
        string task,
        string container,
        CancellationToken cancellationToken)
    {
        var request = new ExecRequest(
            AttachStdin: parsed.GetValue(Interactive),
            AttachStdout: true,
            AttachStderr: true,
            parsed.GetValue(Words)!,
            parsed.GetValue(Environment) ?? [],
            parsed.GetValue(User)!,
            parsed.GetValue(Directory)!);
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(request, ToolJson.Default.ExecRequest);
            var answer = await client.PostAsync($"/containers/{container}/exec", body, cancellationToken);
            return answer.TextAt("Id");
        }
        catch (DockerApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            throw new StackCommandException(await WhyNotFoundAsync(client, task, cancellationToken));
        }
    }

    private static async Task<string> WhyNotFoundAsync(
        DockerClient client, string task, CancellationToken cancellationToken)
    {
        var node = (await client.GetAsync($"/tasks/{task}", cancellationToken)).TextAt("NodeID");
        var own = (await client.GetAsync("/info", cancellationToken)).TextAt("Swarm", "NodeID");
        return node == own
            ? $"task {task} has no container on this node that commands could run in"
            : $"task {task} runs on node {await new NameLookup(client, keepsIds: false).NodeAsync(node, cancellationToken)}; "
                + "point --host at the daemon of that node";
    }
}

/// <summary>A command to be run beside a container, as the Docker API takes it.</summary>
internal sealed record ExecRequest(
    bool AttachStdin,
    bool AttachStdout,
    bool AttachStderr,
    string[] Cmd,
    string[] Env,
    string User,
    string WorkingDir);

/// <summary>How a command ended, for programs.</summary>
internal sealed record ExecResult(string Task, int ExitCode, string Output, string Error);
