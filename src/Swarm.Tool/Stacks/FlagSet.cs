namespace Swarm.Tool.Stacks;

/// <summary>Options as the docker command takes them: <c>-c FILE</c>, <c>-cFILE</c>, <c>--name=value</c>, <c>-d</c>.</summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, Flag> _flags = new(StringComparer.Ordinal);

    /// <summary>What is no option, in order.</summary>
    public List<string> Arguments { get; } = [];

    /// <summary>Declares an option.</summary>
    /// <param name="name">Long name.</param>
    /// <param name="letter">Short name, or empty.</param>
    /// <param name="isSwitch">True when it takes no value of its own.</param>
    public FlagSet Add(string name, string letter = "", bool isSwitch = false)
    {
        var flag = new Flag(isSwitch);
        _flags["--" + name] = flag;
        if (letter.Length > 0)
        {
            _flags["-" + letter] = flag;
        }

        return this;
    }

    /// <exception cref="StackCommandException">An option is unknown, or has no value or a wrong one.</exception>
    public FlagSet Parse(ReadOnlySpan<string> arguments)
    {
        for (var index = 0; index < arguments.Length; index++)
        {
            var argument = arguments[index];
            if (argument == "--")
            {
                Arguments.AddRange(arguments[(index + 1)..]);
                break;
            }

            if (argument.Length < 2 || argument[0] != '-')
            {
                Arguments.Add(argument);
            }
            else if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                index += TakeLong(argument, arguments[(index + 1)..]);
            }
            else
            {
                index += TakeLetters(argument, arguments[(index + 1)..]);
            }
        }

        return this;
    }

    public bool IsGiven(string name) => _flags["--" + name].Values.Count > 0;

    public string? Value(string name) => _flags["--" + name].Values is [.., var last] ? last : null;

    public List<string> Values(string name) => _flags["--" + name].Values;

    public bool IsOn(string name, bool otherwise = false) =>
        Value(name) is { } value ? ReadBoolean(name, value) : otherwise;

    private int TakeLong(string argument, ReadOnlySpan<string> rest)
    {
        var split = argument.IndexOf('=', StringComparison.Ordinal);
        var name = split < 0 ? argument : argument[..split];
        var flag = _flags.GetValueOrDefault(name) ?? throw new StackCommandException($"unknown flag: {name}");
        if (split >= 0 || flag.IsSwitch)
        {
            flag.Values.Add(split >= 0 ? argument[(split + 1)..] : "true");
            _ = flag.IsSwitch && ReadBoolean(name, flag.Values[^1]);
            return 0;
        }

        flag.Values.Add(rest is [var next, ..] ? next
            : throw new StackCommandException($"flag needs an argument: {name}"));
        return 1;
    }

    private int TakeLetters(string argument, ReadOnlySpan<string> rest)
    {
        for (var index = 1; index < argument.Length; index++)
        {
            var name = $"-{argument[index]}";
            var flag = _flags.GetValueOrDefault(name)
                ?? throw new StackCommandException($"unknown shorthand flag: '{argument[index]}' in {argument}");
            var attached = argument[(index + 1)..];
            if (flag.IsSwitch && attached is not ['=', ..])
            {
                flag.Values.Add("true");
                continue;
            }

            if (attached.Length > 0)
            {
                flag.Values.Add(attached is ['=', .. var value] ? value : attached);
                return 0;
            }

            flag.Values.Add(rest is [var next, ..]
                ? next
                : throw new StackCommandException($"flag needs an argument: '{argument[index]}' in {argument}"));
            return 1;
        }

        return 0;
    }

    private static bool ReadBoolean(string name, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new StackCommandException($"invalid argument \"{value}\" for \"{name}\" flag: invalid syntax"),
    };

    private sealed record Flag(bool IsSwitch)
    {
        public List<string> Values { get; } = [];
    }
}
