using Swarm.Compose.Output;

namespace Swarm.Tool.Stacks;

/// <summary><c>swarm stack config</c>: prints what files say together.</summary>
internal static class ConfigCommand
{
    public static void Run(string[] arguments, StackShell shell)
    {
        var flags = new FlagSet()
            .Add("compose-file", "c")
            .Add("skip-interpolation", isSwitch: true)
            .Parse(arguments);
        if (flags.Arguments.Count > 0)
        {
            throw new StackCommandException("\"swarm stack config\" accepts no arguments");
        }

        var stack = ComposeFiles.Load(
            CommaSeparated.Split(flags.Values("compose-file")), shell, flags.IsOn("skip-interpolation"));
        shell.Write(StackPrinter.Print(stack.Model));
    }
}
