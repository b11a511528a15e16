using System.CommandLine;
using System.Text;
using System.Text.Json;
using Swarm.Compose;
using Swarm.Compose.Conversion;
using Swarm.Compose.Loading;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm plan stack</c>: what <c>stack deploy</c> of these files would do.</summary>
internal static class PlanStackCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("STACK") { Description = "Name of the stack." };
        var files = new Option<string[]>("--compose-file", "-c")
        {
            Description = "Stack file; - reads standard input. Repeatable.",
            Required = true,
        };
        var prune = new Option<bool>("--prune") { Description = "Also remove services that the files do not have." };
        var host = CommonOptions.Host();
        var json = CommonOptions.Json();
        var command = new Command(
            "stack",
            "Plans the deployment of stack files. Each service is planned by what is free now, without the others.")
        {
            name, files, prune, host, json,
        };
        Verb.Set(command, host, json, async (verb, parsed, cancellationToken) =>
        {
            var stack = parsed.GetValue(name)!;
            if (!StackName.IsValid(stack))
            {
                throw new StackCommandException(StackName.Complaint(stack));
            }

            var loaded = DeployCommand.Load([.. parsed.GetValue(files)!], StackShell.OfProcess());
            var converter = new StackConverter(loaded.Model, new(stack), new DiskFiles(), StackLimits.Default);
            var steps = await new StackPlanning(verb.Client, converter)
                .RunAsync(parsed.GetValue(prune), cancellationToken);
            foreach (var step in steps)
            {
                verb.Write(verb.IsJson ? Write(step) : Format(step));
            }

            return steps.TrueForAll(step => step.IsGood) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static string Format(PlannedStep step) => step.Plan is { } plan
        ? PlanText.Format(step.Name, plan)
        : $"{step.Kind} {step.Name}: {step.Action}\n";

    private static string Write(PlannedStep step)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("Kind", step.Kind);
            json.WriteString("Name", step.Name);
            json.WriteString("Action", step.Action);
            if (step.Plan is { } plan)
            {
                json.WritePropertyName("Plan");
                plan.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }
}
