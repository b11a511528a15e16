using Swarm.Compose.Shapes;

namespace Swarm.Compose.Loading;

/// <summary>What is done to a service once it is decoded: environment files are read, paths made absolute.</summary>
internal sealed class ServiceFinisher(LoadContext context)
{
    public void Finish(StackRecord service)
    {
        ResolveEnvironment(service);
        ResolvePaths(service);
    }

    private void ResolveEnvironment(StackRecord service)
    {
        var environment = new StackMap();
        foreach (var path in service.Texts("env_file") ?? [])
        {
            foreach (var (name, value) in ReadEnvFile(path, service))
            {
                environment[name] = value;
            }
        }

        foreach (var name in environment.Keys.ToList())
        {
            environment[name] = Prefer(name, (string?)environment[name]);
        }

        foreach (var (name, value) in service.Map("environment") ?? [])
        {
            environment[name] = Prefer(name, (string?)value);
        }

        service["environment"] = environment;
    }

    // A variable without a value, or with an empty one, takes the value of the environment.
    private string? Prefer(string name, string? value) =>
        string.IsNullOrEmpty(value) ? context.Lookup(name) ?? value : value;

    private List<(string Name, string Value)> ReadEnvFile(string path, StackRecord service)
    {
        var mark = service.MarkOf("env_file");
        var absolute = StackPaths.Absolute(context.WorkingDirectory, path);
        try
        {
            return EnvFile.Parse(context.Files.Read(absolute, context.Limits.ReferencedFileBytes), context.Lookup);
        }
        catch (FormatException exception)
        {
            throw new StackFileException($"invalid env file ({absolute}): {exception.Message}", mark);
        }
        catch (StackIOException exception)
        {
            throw new StackFileException(
                exception.Message.StartsWith("open ", StringComparison.Ordinal)
                    ? exception.Message
                    : $"invalid env file ({absolute}): {exception.Message}",
                mark);
        }
    }

    private void ResolvePaths(StackRecord service)
    {
        foreach (var mount in service.Records("volumes").Where(mount => mount.Text("type") == "bind"))
        {
            var source = mount.Text("source");
            if (source.Length == 0)
            {
                throw new StackFileException(
                    "invalid mount config for type \"bind\": field Source must not be empty", mount.Mark);
            }

            source = ExpandHome(source, mount.Mark);
            mount["source"] = source.StartsWith('/') || StackPaths.IsAbsoluteOnWindows(source)
                ? source
                : StackPaths.Absolute(context.WorkingDirectory, source);
        }
    }

    private string ExpandHome(string source, SourceMark mark)
    {
        if (!source.StartsWith('~'))
        {
            return source;
        }

        if (context.Lookup("HOME") is { } home)
        {
            return home + source[1..];
        }

        context.Warn(mark, "cannot expand '~', because the environment lacks HOME");
        return source;
    }
}
