using System.CommandLine;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm completion</c>: scripts that have a shell ask this command for what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # swarm completion for bash: source <(swarm completion bash)
        _swarm() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(swarm "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" \
                -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _swarm swarm
        """;

    private const string Zsh = """
        #compdef swarm
        # swarm completion for zsh: source <(swarm completion zsh)
        _swarm() {
            local -a words_found
            words_found=("${(@f)$(swarm "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a words_found
            _files
        }
        compdef _swarm swarm
        """;

    private const string Fish = """
        # swarm completion for fish: swarm completion fish | source
        function __swarm_complete
            set -l line (commandline -cp)
            swarm "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c swarm -a '(__swarm_complete)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Prints a script that completes commands and options in a shell.")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.Write((parsed.GetValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            }).ReplaceLineEndings("\n") + "\n");
            return ExitCode.Success;
        });
        return command;
    }
}
